import { tellingSystemErrors } from '../../errors/system-error.ts'
import { text } from '../../errors/arguments.ts'
import { appendFile, mkdir, readFile, realpath, rename, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { HostKeyStore } from '../../host-key/stores/host-key-store.ts'

/**
 * Keeps the text in a file, e.g. OpenSSH's own `~/.ssh/known_hosts` (the path is used literally: no `~`). The file and its folder are created
 * when first needed, for the owner only.
 */
export function fileHostKeyStore(path: string): HostKeyStore {
  text(path, 'path')
  return tellingSystemErrors({
    place: `file:${resolve(path)}`,
    read: () => readText(path),
    async append(line) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const text = await readText(path)
      await appendFile(path, `${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`, { mode: 0o600 })
    },
    async replace(before, after) {
      if (await readText(path) !== before) return false
      // A reader sees either the old text or the new one, never a part.
      const file = await realpath(path), next = `${file}.new-${process.pid}`
      await writeFile(next, after, { mode: 0o600 })
      await rename(next, file)
      return true
    },
  })
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
