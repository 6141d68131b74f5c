import { tellingSystemErrors } from '../../errors/system-error.ts'
import { text } from '../../errors/arguments.ts'
import { randomUUID } from 'node:crypto'
import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { appendFile, mkdir, open, readFile, realpath, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { HostKeyStore } from '../../host-key/stores/host-key-store.ts'
import { type Holding, underLock } from './file-lock.ts'

/**
 * Keeps the text in a file, e.g. OpenSSH's own `~/.ssh/known_hosts` (the path is used literally: no `~`). The file and its folder are created
 * when first needed, for the owner only. Processes that use this store write it one after the other, under the lock `known_hosts.lock`; OpenSSH
 * does not know that lock, so a line that it appends in the instant in which a text is replaced is lost.
 */
export function fileHostKeyStore(path: string): HostKeyStore {
  text(path, 'path')
  return tellingSystemErrors({
    place: `file:${resolve(path)}`,
    read: () => readFile(path, 'utf8').catch(emptyIfMissing),
    async append(line, before) {
      const { file, isFile } = await made(path)
      // A device such as /dev/null has no text that could be compared.
      if (!isFile) return appendFile(file, `${line}\n`)
      return underLock(file, (holding) => {
        const text = textOf(file)
        if (before !== undefined && !(text === before && holding())) return false
        appendFileSync(file, `${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`, { mode: 0o600 })
        return true
      })
    },
    async replace(before, after) {
      const { file, isFile } = await made(path)
      return isFile && underLock(file, (holding) => textOf(file) === before && exchange(file, after, holding))
    },
  } satisfies HostKeyStore)
}

/** Makes the file if there is none; its real path, which is one for all its names. */
async function made(path: string): Promise<{ readonly file: string, readonly isFile: boolean }> {
  const file = await realpath(path).catch(async (error: NodeJS.ErrnoException) => {
    emptyIfMissing(error)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await (await open(path, 'a', 0o600)).close()
    return realpath(path)
  })
  return { file, isFile: (await stat(file)).isFile() }
}

/** A reader sees either the old text or the new one, never a part. */
function exchange(file: string, text: string, holding: Holding): boolean {
  const next = `${file}.new-${randomUUID()}`
  try {
    writeFileSync(next, text, { mode: 0o600, flag: 'wx', flush: true })
    if (!holding()) return false
    renameSync(next, file)
    return true
  } finally {
    rmSync(next, { force: true })
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    return emptyIfMissing(error as NodeJS.ErrnoException)
  }
}

function emptyIfMissing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return ''
  throw error
}
