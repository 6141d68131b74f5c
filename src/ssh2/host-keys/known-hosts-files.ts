import { readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { KnownHostsFile } from '../../host-key/known-hosts/file.ts'

/** Files of known hosts, the user's first: ssh_config(5). */
const paths = () => [...['known_hosts', 'known_hosts2'].map((name) => join(homedir(), '.ssh', name)), '/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']

/** Where `accept-new` writes. */
export const userFile = () => paths()[0]!

/** One that is there. */
export interface ReadFile {
  readonly path: string
  readonly text: string
}

/** A file of known hosts is there and cannot be read: what it says must not be passed over. */
export class UnreadableStore extends Error {
  override name = 'UnreadableStore'
}

/** The files that are there. @throws UnreadableStore where one of them cannot be read, or is no text of known hosts */
export async function readKnownHosts(): Promise<ReadFile[]> {
  const files: ReadFile[] = []
  for (const path of paths()) {
    const text = await readText(path)
    if (text !== undefined) files.push({ path, text })
  }
  return files
}

async function readText(path: string): Promise<string | undefined> {
  let text: string
  try {
    // A FIFO would be waited for.
    if (!(await stat(path)).isFile()) throw new UnreadableStore(`${path} is no file`)
    text = await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (error instanceof UnreadableStore) throw error
    throw new UnreadableStore(`${path} cannot be read (${code ?? String(error)})`)
  }
  if (isGarbage(text)) throw new UnreadableStore(`${path} is no file of known hosts`)
  return text
}

/** Lines that are not understood are passed over, but not a file of nothing else. */
function isGarbage(text: string): boolean {
  if (text.includes('\0')) return true
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'))
  return lines.length > 0 && new KnownHostsFile(lines.join('\n')).entries.length === 0
}

/** The file and line that speak of a host, e.g. `~/.ssh/known_hosts:3`; the first one. */
export async function placeOf(files: readonly ReadFile[], host: string, port: number): Promise<{ readonly path: string, readonly line: number } | undefined> {
  for (const { path, text } of files) {
    for (const [index, line] of text.split('\n').entries()) {
      if (line.trim() !== '' && (await new KnownHostsFile(line).find(host, port)).length > 0) return { path, line: index + 1 }
    }
  }
  return undefined
}
