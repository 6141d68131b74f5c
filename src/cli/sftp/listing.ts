import type { SftpClient } from '../../sftp/client/sftp-client.ts'
import type { SftpEntry } from '../../sftp/tree/entry.ts'
import { visibleLine } from '../terminal/visible.ts'

/** The flags of `ls`. */
export type ListFlags = ReadonlySet<string>

/** The lines of `ls`: names in columns, or with `-1` and `-l` one per line. */
export async function listDirectory(sftp: SftpClient, path: string, flags: ListFlags, prefix = ''): Promise<string[]> {
  const entries: SftpEntry[] = []
  for await (const entry of sftp.readdir(path)) if (flags.has('a') || !entry.filename.startsWith('.')) entries.push(entry)
  sort(entries, flags)
  if (flags.has('l') || flags.has('n')) return entries.map((entry) => visibleLine(longLine(entry, prefix)))
  const names = entries.map(({ filename }) => visibleLine(prefix + filename))
  return flags.has('1') ? names : columns(names)
}

function sort(entries: SftpEntry[], flags: ListFlags): void {
  if (!flags.has('f')) {
    entries.sort((a, b) => flags.has('t') ? (b.attributes.mtime ?? 0) - (a.attributes.mtime ?? 0)
      : flags.has('S') ? (b.attributes.filesize ?? 0) - (a.attributes.filesize ?? 0) : a.filename < b.filename ? -1 : 1)
  }
  if (flags.has('r')) entries.reverse()
}

/** The server's line about a file, with the requested name. */
function longLine({ longentry, filename }: SftpEntry, prefix: string): string {
  return longentry.endsWith(filename) ? longentry.slice(0, longentry.length - filename.length) + prefix + filename : longentry || prefix + filename
}

/** As many columns as fit the terminal; one column without a terminal. */
export function columns(names: readonly string[], width = process.stdout.columns || 80): string[] {
  if (names.length === 0) return []
  const cell = Math.max(...names.map((name) => name.length)) + 4
  const count = Math.max(1, Math.floor(width / cell)), rows = Math.ceil(names.length / count)
  return Array.from({ length: rows }, (_, row) => Array.from({ length: count }, (_unused, column) => names[column * rows + row] ?? '').map((name) => name.padEnd(cell)).join('').trimEnd())
}
