import { KeyError } from '../../errors/ssh-error.ts'
import { publicKeyType, readPublicKey } from '../../keys/public-key-blob.ts'
import { decodeBase64, encodeBase64 } from '../../wire-format/base64.ts'
import type { Bytes } from '../../wire-format/bytes.ts'
import { WireFormatError } from '../../wire-format/wire-format-error.ts'
import { isHashedName, parseHashedName } from './hashed-name.ts'

/** The marker of a known_hosts line: its key certifies others, or must not be trusted. */
export type KnownHostsMarker = '@cert-authority' | '@revoked'

/** One line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHostsEntry {
  readonly marker?: KnownHostsMarker
  /** The first field as written: a comma-separated list of patterns, or one hashed name. */
  readonly names: string
  /** Type name of the key, e.g. `ssh-ed25519`. */
  readonly type: string
  /** Public key blob. */
  readonly key: Bytes
  readonly comment: string
}

/**
 * Parses one line; undefined for blank lines and comments.
 * Throws `KeyError` or `WireFormatError` if the line cannot be parsed: such lines are skipped, and the message says why.
 */
export function parseKnownHostsLine(line: string): KnownHostsEntry | undefined {
  const fields = fieldsOf(line)
  if (fields === undefined) return undefined
  const marker = fields[0]!.startsWith('@') ? parseMarker(fields.shift()!) : undefined
  const [names, type, base64, ...comment] = fields
  if (names === undefined || type === undefined || base64 === undefined) throw new WireFormatError('a field is missing')
  if (isHashedName(names) && parseHashedName(names) === undefined) throw new WireFormatError('the hashed host name is damaged')
  const key = decodeBase64(base64)
  if (publicKeyType(key) !== type) throw new WireFormatError('the type of the key differs from the one written before it')
  readPublicKey(key)
  return { ...(marker && { marker }), names, type, key, comment: comment.join(' ') }
}

/** The field with the names, without parsing the others; undefined if there is none. */
export function namesOfLine(line: string): string | undefined {
  const fields = fieldsOf(line)
  return fields?.[fields[0]!.startsWith('@') ? 1 : 0]
}

/** The fields of a line, which may begin with a byte order mark; undefined for blank lines and comments. Takes linear time: a line may be long, and blank. */
function fieldsOf(line: string): string[] | undefined {
  const fields = line.replace(/^\ufeff/, '').split(/[ \t\r]+/).filter((field) => field !== '')
  return fields.length === 0 || fields[0]!.startsWith('#') ? undefined : fields
}

/** Without a line break. */
export function formatKnownHostsLine({ marker, names, type, key, comment }: KnownHostsEntry): string {
  return [marker, names, type, encodeBase64(key), comment].filter(Boolean).join(' ')
}

/** Whether an error of `parseKnownHostsLine` means a garbage line. */
export function isGarbage(error: unknown): error is KeyError | WireFormatError {
  return error instanceof KeyError || error instanceof WireFormatError
}

function parseMarker(text: string): KnownHostsMarker {
  if (text === '@cert-authority' || text === '@revoked') return text
  throw new WireFormatError('the marker is unknown')
}
