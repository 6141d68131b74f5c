import { decodeBase64 } from '../../../wire-format/base64.ts'
import type { Bytes } from '../../../wire-format/bytes.ts'
import { malformed, unsupported } from '../../key-error.ts'

/** What a PuTTY private key file says, not yet decrypted or checked (PuTTY manual, appendix C). */
export interface PpkFile {
  readonly version: 2 | 3
  readonly type: string
  readonly encryption: string
  readonly comment: string
  readonly publicBlob: Bytes
  readonly privateBlob: Bytes
  /** Hexadecimal. */
  readonly mac: string
  /** `Key-Derivation` and the `Argon2-…` lines of version 3. */
  readonly derivation: ReadonlyMap<string, string>
}

const FIRST = /^PuTTY-User-Key-File-(\d+): *(.*)$/


export function readPpkFile(text: string): PpkFile {
  const lines = text.split(/\r\n|\r|\n/)
  const first = FIRST.exec(lines.shift() ?? '')
  if (first === null) throw malformed('the PuTTY key file has no valid first line')
  if (first[1] !== '2' && first[1] !== '3') throw unsupported('PuTTY key files of this version are not supported')
  const encryption = take(lines, 'Encryption'), comment = take(lines, 'Comment')
  const publicBlob = takeBase64(lines, 'Public-Lines')
  const derivation = new Map<string, string>()
  while (lines[0]?.startsWith('Key-Derivation:') || lines[0]?.startsWith('Argon2-')) {
    const [name, value] = split(lines.shift()!)
    derivation.set(name, value)
  }
  const privateBlob = takeBase64(lines, 'Private-Lines')
  return { version: Number(first[1]) as 2 | 3, type: first[2]!, encryption, comment, publicBlob, derivation, privateBlob, mac: take(lines, 'Private-MAC') }
}

function take(lines: string[], wanted: string): string {
  const [name, value] = split(lines.shift() ?? '')
  if (name !== wanted) throw malformed(`the PuTTY key file has no ${wanted} where it should be`)
  return value
}

function split(line: string): [name: string, value: string] {
  const colon = line.indexOf(':')
  return colon < 0 ? ['', ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')]
}

function takeBase64(lines: string[], wanted: string): Bytes {
  const count = Number(take(lines, wanted))
  if (!Number.isInteger(count) || count < 1 || count > lines.length) throw malformed(`the ${wanted} of the PuTTY key file cannot be right`)
  return decodeBase64(lines.splice(0, count).join(''))
}
