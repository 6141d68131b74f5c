import { decodeBase64 } from '../../../wire-format/base64.ts'
import { type Bytes, decodeText, joinBytes } from '../../../wire-format/bytes.ts'
import { withLineFeeds } from '../../../wire-format/line-breaks.ts'
import { malformed, unsupported } from '../../key-error.ts'
import { unescaped } from '../escapes.ts'
import { isBlank } from '../key-text.ts'

/** The content of a PuTTY private key file, not yet decrypted or checked (PuTTY manual, appendix C). */
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

/** The private lines never become a string. @param text is consumed */
export function readPpkFile(text: Bytes): PpkFile {
  const lines = linesOf(text)
  const first = FIRST.exec(takeLine(lines))
  if (first === null) throw malformed('the PuTTY key file has no valid first line')
  if (first[1] !== '2' && first[1] !== '3') throw unsupported('PuTTY key files of this version are not supported: convert it with puttygen OLD -O private -o NEW')
  if (lines.length < 4) throw malformed('the PuTTY key file has lost its line breaks')
  const encryption = take(lines, 'Encryption').trimEnd(), comment = take(lines, 'Comment')
  const publicBlob = takeBase64(lines, 'Public-Lines')
  const derivation = new Map<string, string>()
  for (let next = peek(lines); next.startsWith('Key-Derivation:') || next.startsWith('Argon2-'); next = peek(lines)) {
    const [name, value] = split(takeLine(lines))
    derivation.set(name, value.trimEnd())
  }
  const privateBlob = takeBase64(lines, 'Private-Lines')
  return { version: Number(first[1]) as 2 | 3, type: first[2]!.trimEnd(), encryption, comment, publicBlob, derivation, privateBlob, mac: /^[\da-f]*/i.exec(take(lines, 'Private-MAC'))![0] }
}

/** The lines that are not empty, without indentation. Escapes are undone only if the text has no line breaks: a comment may be a Windows path. */
function linesOf(text: Bytes): Bytes[] {
  const body = withLineFeeds(unescaped(text, hasBreaks), false) as Bytes
  const lines: Bytes[] = []
  for (let start = 0; start <= body.length;) {
    const found = body.indexOf(LF, start)
    const end = found < 0 ? body.length : found
    while (start < end && isBlank(body[start])) start++
    if (start < end) lines.push(body.subarray(start, end))
    start = end + 1
  }
  return lines
}

const LF = 0x0a, CR = 0x0d
const hasBreaks = (text: Uint8Array) => text.includes(LF) || text.includes(CR)

const takeLine = (lines: Bytes[]) => decodeText(lines.shift() ?? new Uint8Array())
/** Names of lines are short. */
const peek = (lines: readonly Bytes[]) => decodeText(lines[0]?.subarray(0, 40) ?? new Uint8Array())

function take(lines: Bytes[], wanted: string): string {
  const [name, value] = split(takeLine(lines))
  if (name !== wanted) throw malformed(`the PuTTY key file has no ${wanted} where it should be`)
  return value
}

function split(line: string): [name: string, value: string] {
  const colon = line.indexOf(':')
  return colon < 0 ? ['', ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).replace(/^ /, '')]
}

function takeBase64(lines: Bytes[], wanted: string): Bytes {
  const count = Number(take(lines, wanted))
  if (!Number.isInteger(count) || count < 1 || count > lines.length) throw malformed(`the ${wanted} of the PuTTY key file is invalid`)
  const joined = joinBytes(lines.splice(0, count))
  const blob = decodeBase64(joined)
  joined.fill(0)
  return blob
}
