/// Local files for SFTP and SCP transfers on Node, Deno and Bun.
import { mkdir, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LocalEntry, LocalFile, LocalOpenMode, LocalPath } from '../../client/sftp/local-file.ts'

const FLAGS: Readonly<Record<LocalOpenMode, string>> = { read: 'r', replace: 'w', 'go-on': 'a' }

export async function openLocalFile(path: LocalPath, how: LocalOpenMode): Promise<LocalFile> {
  // Appending makes the file without emptying it; writing at a position needs a second opening.
  if (how === 'go-on') await (await open(path, FLAGS['go-on'])).close()
  const handle = await open(path, how === 'go-on' ? 'r+' : FLAGS[how])
  try {
    const { size, mode } = await handle.stat()
    return {
      size,
      mode: mode & 0o7777,
      read: async (buffer, position) => (await handle.read(buffer, 0, buffer.length, position)).bytesRead,
      async write(data, position) {
        let at = position
        for (let rest = [...data]; rest.length > 0;) {
          const { bytesWritten } = await handle.writev(rest, at)
          at += bytesWritten
          rest = behind(rest, bytesWritten)
        }
      },
      truncate: (length) => handle.truncate(length),
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

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

/** What is left of the parts behind so many bytes. */
function behind(parts: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skip = bytes
  return parts.flatMap((part) => {
    const rest = part.subarray(skip)
    skip = Math.max(0, skip - part.length)
    return rest.length > 0 ? [rest] : []
  })
}
