import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { HostKeyStore } from '../../host-key/stores/host-key-store.ts'

/** Keeps the text in a file, e.g. OpenSSH's own `~/.ssh/known_hosts` (the path is taken as it is: no `~`). The file and its folder are made when first needed, for the owner only. */
export function fileHostKeyStore(path: string): HostKeyStore {
  return {
    place: `file:${resolve(path)}`,
    read: () => readText(path),
    async append(line) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const text = await readText(path)
      await appendFile(path, `${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`, { mode: 0o600 })
    },
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
