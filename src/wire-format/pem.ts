import { decodeBase64, encodeBase64 } from './base64.ts'
import { type Bytes, copyBytes, decodeText, encodeText } from './bytes.ts'
import { withLineFeeds } from './line-breaks.ts'
import { WireFormatError } from './wire-format-error.ts'

/** One armoured block: `-----BEGIN label-----`, headers (RFC 1421, as old OpenSSL writes them), base64. */
export interface PemBlock {
  readonly label: string
  /** Header values by name as written, e.g. `Proc-Type`. */
  readonly headers: ReadonlyMap<string, string>
  readonly bytes: Bytes
}

/**
 * The first armoured block whose label is wanted (any block if `wanted` is missing), or undefined if the text has none. Text around and between
 * blocks is ignored; line breaks may be of any kind, written as `\n`, or lost. Damaged armour throws a `WireFormatError`. Of bytes, only the label
 * and the headers become strings: the content may be a private key.
 */
export function findPem(source: string | Uint8Array, wanted: (label: string) => boolean = () => true): PemBlock | undefined {
  const text = typeof source === 'string' ? encodeText(source) : source
  try {
    for (let begin = marker(text, 'BEGIN', 0); begin; begin = marker(text, 'BEGIN', begin.end)) {
      const { label } = begin
      if (!wanted(label)) continue
      let end = marker(text, 'END', begin.end)
      while (end && end.label !== label) end = marker(text, 'END', end.end)
      if (!end) throw new WireFormatError('PEM armour without its END line')
      return readBody(label, copyBytes(text.subarray(begin.end, end.start)))
    }
    return undefined
  } finally {
    if (text !== source) text.fill(0)
  }
}

/** Armours bytes. `width` is the length of the base64 lines: 64 in PEM, 70 in OpenSSH's keys. */
export function formatPem(label: string, bytes: Uint8Array, width = 64): string {
  const text = encodeBase64(bytes)
  const lines = [`-----BEGIN ${label}-----`]
  for (let i = 0; i < text.length; i += width) lines.push(text.slice(i, i + width))
  return `${lines.join('\n')}\n-----END ${label}-----\n`
}

const DASHES = '-----'
/** Longer than any label. */
const LONGEST_LABEL = 64
const LF = 0x0a, SPACE = 0x20, COLON = 0x3a

interface Marker { readonly label: string, readonly start: number, readonly end: number }

function marker(text: Uint8Array, kind: 'BEGIN' | 'END', from: number): Marker | undefined {
  const opening = `${DASHES}${kind}`
  for (let start = indexOf(text, opening, from); start >= 0; start = indexOf(text, opening, start + 1)) {
    const first = start + opening.length
    const last = indexOf(text.subarray(0, first + LONGEST_LABEL), DASHES, first)
    const label = last > first ? decodeText(text.subarray(first, last)) : ''
    if (/^ ?[!-~][ -~]*$/.test(label)) return { label: spaced(label), start, end: last + DASHES.length }
  }
  return undefined
}

/** Text that has lost its line breaks may also have lost its spaces: `OPENSSHPRIVATEKEY`. */
function spaced(label: string): string {
  return label.replace(/ ?(PRIVATE|PUBLIC) ?KEY$/, ' $1 KEY').trim()
}

function indexOf(text: Uint8Array, part: string, from: number): number {
  for (let at = text.indexOf(part.charCodeAt(0), from); at >= 0; at = text.indexOf(part.charCodeAt(0), at + 1)) {
    let same = 1
    while (same < part.length && text[at + same] === part.charCodeAt(same)) same++
    if (same === part.length) return at
  }
  return -1
}

/** @param copy zeroed at the end */
function readBody(label: string, copy: Uint8Array): PemBlock {
  try {
    const body = withLineFeeds(copy, true)
    const headers = new Map<string, string>()
    const start = body.includes(LF) ? readHeaders(body, headers) : readLostHeaders(body, headers)
    return { label, headers, bytes: decodeBase64(body.subarray(start)) }
  } finally {
    copy.fill(0)
  }
}

/** Reads the header lines at the front; a line that starts with white space continues the previous one, and line breaks may be doubled. @returns where the base64 begins */
function readHeaders(body: Uint8Array, headers: Map<string, string>): number {
  let last: string | undefined
  for (let at = 0; at < body.length;) {
    const found = body.indexOf(LF, at)
    const end = found < 0 ? body.length : found
    const bytes = body.subarray(at, end)
    const isHeader = bytes.includes(COLON), continues = last !== undefined && (bytes[0] === SPACE || bytes[0] === 0x09)
    const line = isHeader || continues ? decodeText(bytes).trimEnd() : ''
    if (continues && line.trim() !== '' && !isHeader) headers.set(last!, headers.get(last!)! + line.trim())
    else if (isHeader) headers.set(last = line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim())
    else if (bytes.some((byte) => byte > SPACE)) return at
    else last = undefined
    at = end + 1
  }
  return body.length
}

/** Headers whose line breaks were lost: only OpenSSL's, whose lengths are known. */
function readLostHeaders(body: Uint8Array, headers: Map<string, string>): number {
  if (!body.includes(COLON)) return 0
  const found = /^\s*Proc-Type:\s*4,\s*ENCRYPTED\s*DEK-Info:\s*(?:(AES-\d+-CBC),\s*([\dA-Fa-f]{32})|(DES-EDE3-CBC),\s*([\dA-Fa-f]{16}))/.exec(decodeText(body.subarray(0, 128)))
  if (!found) throw new WireFormatError('the headers of the PEM armour cannot be told from its content: its line breaks are lost')
  headers.set('Proc-Type', '4,ENCRYPTED').set('DEK-Info', `${found[1] ?? found[3]!},${found[2] ?? found[4]!}`)
  return found[0].length
}
