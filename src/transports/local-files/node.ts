/// Local files for SFTP and SCP transfers on Node, Deno and Bun.
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LocalEntry, LocalPath } from '../../runtime/local-files.ts'

export { openLocalFile } from './node-file.ts'

export async function listLocalDirectory(path: LocalPath): Promise<LocalEntry[]> {
  const entries = await readdir(path, { withFileTypes: true })
  return entries.map((entry) => ({ name: entry.name, kind: entry.isDirectory() ? 'directory' : entry.isFile() ? 'file' : 'other' }))
}

/** With the directories above it; one that exists is no error. */
export async function makeLocalDirectory(path: LocalPath): Promise<void> {
  await mkdir(path, { recursive: true })
}

export function joinLocalPath(folder: LocalPath, name: string): string {
  return join(typeof folder === 'string' ? folder : fileURLToPath(folder), name)
}

/** A name from a server that would lead out of the folder, or that this system cannot have. */
export function isForeignName(name: string): boolean {
  return globalThis.process.platform === 'win32' ? /[\\/:\0]/.test(name) : /[/\0]/.test(name)
}
