/** A line of the protocol that announces a file or a directory. */
export interface Announced {
  readonly kind: 'file' | 'directory'
  /** Mode bits without the type. */
  readonly mode: number
  readonly size: number
  readonly name: Uint8Array
}

/** The times of what is announced next, in seconds since 1970. */
export interface Times {
  readonly mtime: number
  readonly atime: number
}

/** What scp(1) calls a line that is wrong. */
export class BadRecord extends Error {}

/** `T1100000000 0 1100000000 0`. @throws BadRecord */
export function parseTimes(line: Buffer): Times {
  const [, mtime, atime] = /^T(\d{1,15}) \d{1,6} (\d{1,15}) \d{1,6}$/.exec(line.toString('latin1')) ?? []
  if (mtime === undefined || atime === undefined) throw new BadRecord('mtime.sec not present')
  return { mtime: Number(mtime), atime: Number(atime) }
}

/** `C0644 1234 name` or `D0755 0 name`. @throws BadRecord */
export function parseAnnounced(line: Buffer): Announced {
  const [whole, kind, mode, , size] = /^([CD])([0-7]{4})( )(\d{1,16}) /.exec(line.toString('latin1')) ?? []
  if (whole === undefined || size === undefined || !Number.isSafeInteger(Number(size))) throw new BadRecord(reason(line.toString('latin1')))
  return { kind: kind === 'C' ? 'file' : 'directory', mode: Number.parseInt(mode!, 8), size: Number(size), name: line.subarray(whole.length) }
}

function reason(line: string): string {
  if (!/^[CD]/.test(line)) return 'expected control record'
  if (!/^.[0-7]{4}/.test(line)) return 'bad mode'
  if (line[5] !== ' ') return 'mode not delimited'
  if (!/^.{6}\d/.test(line)) return 'size not present'
  return /^.{6}\d{1,16} /.test(line) || /^.{6}\d{17}/.test(line) ? 'size out of range' : 'size not delimited'
}

/** A name that would lead out of the folder, or to the folder itself. */
export function leadsElsewhere(name: Uint8Array): boolean {
  const text = Buffer.from(name).toString('latin1')
  return text === '' || text === '.' || text === '..' || /[/\0]/.test(text)
}
