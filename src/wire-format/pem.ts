import { decodeBase64, encodeBase64 } from './base64.ts'
import type { Bytes } from './bytes.ts'
import { WireFormatError } from './wire-format-error.ts'

/** One armoured block: `-----BEGIN label-----`, headers (RFC 1421, as old OpenSSL writes them), base64. */
export interface PemBlock {
  readonly label: string
  /** Header values by name as written, e.g. `Proc-Type`. */
  readonly headers: ReadonlyMap<string, string>
  readonly bytes: Bytes
}

/**
 * The first armoured block whose label is wanted (any block where `wanted` is left out), or undefined where the text has none.
 * Text around and between blocks is ignored. Damaged armour throws a `WireFormatError`.
 */
export function findPem(text: string, wanted: (label: string) => boolean = () => true): PemBlock | undefined {
  const lines = text.split(/\r\n|\r|\n/)
  for (let i = 0; i < lines.length; i++) {
    const label = marker(lines[i]!, 'BEGIN')
    if (label === undefined || !wanted(label)) continue
    const end = lines.findIndex((line, index) => index > i && marker(line, 'END') === label)
    if (end < 0) throw new WireFormatError('PEM armour without its END line')
    const body = lines.slice(i + 1, end)
    const headers = takeHeaders(body)
    return { label, headers, bytes: decodeBase64(body.join('')) }
  }
  return undefined
}

/** Armours bytes. `width` is the length of the base64 lines: 64 in PEM, 70 in OpenSSH's keys. */
export function formatPem(label: string, bytes: Uint8Array, width = 64): string {
  const text = encodeBase64(bytes)
  const lines = [`-----BEGIN ${label}-----`]
  for (let i = 0; i < text.length; i += width) lines.push(text.slice(i, i + width))
  return `${lines.join('\n')}\n-----END ${label}-----\n`
}

function marker(line: string, kind: 'BEGIN' | 'END'): string | undefined {
  const text = line.trim()
  const start = `-----${kind} `
  return text.startsWith(start) && text.endsWith('-----') && text.length > start.length + 5 ? text.slice(start.length, -5) : undefined
}

/** Removes the header lines from the front of `body`; a line that starts with white space continues the one before. */
function takeHeaders(body: string[]): Map<string, string> {
  const headers = new Map<string, string>()
  let last: string | undefined
  while (body.length > 0) {
    const line = body[0]!
    const colon = line.indexOf(':')
    if (last !== undefined && /^[ \t]+\S/.test(line)) headers.set(last, headers.get(last)! + line.trim())
    else if (colon > 0) headers.set(last = line.slice(0, colon).trim(), line.slice(colon + 1).trim())
    else break
    body.shift()
  }
  return headers
}
