import { readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { KnownHostsFile } from '../../host-key/known-hosts/file.ts'
import type { HostKeyStore } from '../../host-key/stores/host-key-store.ts'

/** The known_hosts files of ssh_config(5), the user's first. */
const paths = () => [...['known_hosts', 'known_hosts2'].map((name) => join(homedir(), '.ssh', name)), '/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']

/** The file that `accept-new` writes. */
export const userFile = () => paths()[0]!

/** A file that exists. */
export interface ReadFile {
  readonly path: string
  readonly text: string
}

/** A known_hosts file exists and cannot be read: its content must not be ignored. */
export class UnreadableStore extends Error {
  override name = 'UnreadableStore'
}

/** The existing files. @throws UnreadableStore if one of them cannot be read, or is not a known_hosts text */
export async function readKnownHosts(): Promise<ReadFile[]> {
  const files: ReadFile[] = []
  for (const path of paths()) {
    const text = await readText(path)
    if (text !== undefined) files.push({ path, text })
  }
  return files
}

/** All of these files as one store, which writes the user's. @param appended called after a line */
export async function storeOfKnownHosts(appended: () => void): Promise<HostKeyStore> {
  const [{ joinedHostKeyStore }, { fileHostKeyStore }] = await Promise.all([import('../../host-key/stores/joined.ts'), import('../../transports/node/known-hosts-store.ts')])
  const readable = (path: string) => ({ read: async () => await readText(path) ?? '' })
  return joinedHostKeyStore({ ...fileHostKeyStore(userFile()), ...readable(userFile()) }, paths().slice(1).map(readable), appended)
}

async function readText(path: string): Promise<string | undefined> {
  let text: string
  try {
    // Reading a FIFO would block.
    if (!(await stat(path)).isFile()) throw new UnreadableStore(`${path} is not a file`)
    text = await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (error instanceof UnreadableStore) throw error
    throw new UnreadableStore(`${path} cannot be read (${code ?? String(error)})`)
  }
  if (isGarbage(text)) throw new UnreadableStore(`${path} is not a file of known hosts`)
  return text
}

/** Lines that cannot be parsed are ignored, but a file of nothing else is not. */
function isGarbage(text: string): boolean {
  if (text.includes('\0')) return true
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'))
  return lines.length > 0 && new KnownHostsFile(lines.join('\n')).entries.length === 0
}

/** The first file and line about a host, e.g. `~/.ssh/known_hosts:3`. */
export async function placeOf(files: readonly ReadFile[], host: string, port: number): Promise<{ readonly path: string, readonly line: number } | undefined> {
  for (const { path, text } of files) {
    for (const [index, line] of text.split('\n').entries()) {
      if (line.trim() !== '' && (await new KnownHostsFile(line).find(host, port)).length > 0) return { path, line: index + 1 }
    }
  }
  return undefined
}
