import { text as checkText } from '../errors/arguments.ts'
import { parsePublicKey } from '../keys/public-key.ts'
import type { Bytes } from '../wire-format/bytes.ts'

/** A line of an allowed_signers file (ssh-keygen(1), ALLOWED SIGNERS). */
export interface AllowedSigner {
  /** Comma-separated patterns of names: `alice@example.org`, `*@example.org,!eve@example.org`. */
  readonly principals: string
  /** Blob of the key. */
  readonly key: Bytes
  /** The key is that of a certificate authority: it accepts the holders of its certificates, under their names. */
  readonly certAuthority: boolean
  /** Comma-separated patterns of namespaces; undefined for all. */
  readonly namespaces: string | undefined
  readonly validAfter: Date | undefined
  readonly validBefore: Date | undefined
}

/**
 * Reads the text of an allowed_signers file.
 * @throws TypeError for a line that cannot be parsed, with its number: half of such a list must not be used
 */
export function parseAllowedSigners(text: string): AllowedSigner[] {
  return checkText(text, 'allowedSigners').replace(/^\ufeff/, '').split(/\r\n|\r|\n/).flatMap((line, index) => {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) return []
    try {
      return [parseLine(trimmed)]
    } catch (cause) {
      throw new TypeError(`line ${index + 1} of the allowed signers cannot be parsed: ${(cause as Error).message}`, { cause })
    }
  })
}

function parseLine(line: string): AllowedSigner {
  const [principals, rest] = takeField(line)
  const [second, behind] = takeField(rest)
  const [options, key] = isOptions(second) ? [parseOptions(second), behind] : [new Map<string, string>(), rest]
  return {
    principals: unquoted(principals),
    key: parsePublicKey(key).blob,
    certAuthority: options.has('cert-authority'),
    namespaces: options.get('namespaces'),
    validAfter: dateOf(options.get('valid-after')),
    validBefore: dateOf(options.get('valid-before')),
  }
}

/** The first word, which may contain quoted blanks, and the rest. */
function takeField(text: string): [field: string, rest: string] {
  let quoted = false, end = 0
  for (; end < text.length && (quoted || !/\s/.test(text[end]!)); end++) if (text[end] === '"') quoted = !quoted
  if (quoted) throw new TypeError('a quote is not closed')
  return [text.slice(0, end), text.slice(end).trimStart()]
}

const unquoted = (text: string) => text.replaceAll('"', '')

const isOptions = (field: string) => /^(cert-authority|namespaces=|valid-after=|valid-before=)/i.test(field)

function parseOptions(field: string): Map<string, string> {
  const options = new Map<string, string>()
  for (const [option] of field.matchAll(/(?:"[^"]*"|[^",])+/g)) {
    const at = option.indexOf('=')
    const name = (at < 0 ? option : option.slice(0, at)).toLowerCase(), value = at < 0 ? '' : unquoted(option.slice(at + 1))
    if (options.has(name)) throw new TypeError(`the option ${name} occurs twice`)
    if (!['cert-authority', 'namespaces', 'valid-after', 'valid-before'].includes(name) || (name !== 'cert-authority') !== (at >= 0)) throw new TypeError('an unknown option')
    options.set(name, value)
  }
  return options
}

/** YYYYMMDD[HHMM[SS]], in UTC with a Z, otherwise in the local time zone. */
function dateOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const parts = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(Z?)$/i.exec(text)
  if (!parts) throw new TypeError('a time that is not YYYYMMDD[HHMM[SS]][Z]')
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0)) as [number, number, number, number, number, number]
  const date = parts[7] === '' ? new Date(year, month - 1, day, hour, minute, second) : new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  const again = parts[7] === '' ? [date.getMonth(), date.getDate()] : [date.getUTCMonth(), date.getUTCDate()]
  if (again[0] !== month - 1 || again[1] !== day || hour > 23 || minute > 59 || second > 59) throw new TypeError('a time that does not exist')
  return date
}
