import type { AlgorithmOptions } from '../../client/algorithms.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { isEmptied, isOffered, type Option } from './algorithm-lists.ts'
import { type ClientError, clientError } from './errors.ts'

/** The kinds as this library names them, as `ssh2` names them, and the option that adds a name. */
const KINDS: readonly (readonly [ours: string, theirs: string, option: Option])[] = [
  ['key exchange', 'key exchange algorithm', 'kex'], ['host key', 'host key format', 'serverHostKey'],
  ['cipher to the server', 'C->S cipher', 'cipher'], ['cipher from the server', 'S->C cipher', 'cipher'],
  ['MAC to the server', 'C->S MAC', 'hmac'], ['MAC from the server', 'S->C MAC', 'hmac'],
  ['compression to the server', 'C->S compression', 'compress'], ['compression from the server', 'S->C compression', 'compress'],
]

/** `ssh2`'s message if the two sides have no algorithm in common, and what to append to `algorithms`. @param message the library's */
function whyNoMatch(message: string): string {
  const found = KINDS.find(([ours]) => message.includes(`no common ${ours}`))
  if (!found) return message
  const [ours, theirs, option] = found
  const offer = message.slice(message.indexOf(`no common ${ours}`)).match(/the server offers (.*?)(?:\. no common|$)/)?.[1] ?? ''
  const usable = offer.split(', ').find((name) => isOffered(option, name))
  const advice = usable === undefined ? '' : `. Where nothing better can be had: algorithms: { ${option}: { append: ['${usable}'] } }`
  return `no matching ${theirs}: the server offers ${offer || 'none'}${advice}`
}

/** The error of a key exchange that failed, or of a server of SSH 1, in the words of `ssh2`. `undefined` for other errors. */
export function handshakeFailed(error: unknown): ClientError | undefined {
  if (!(error instanceof SSHError)) return undefined
  if (error.code === 'ERR_LIBSSH2_PROTO' && error.message.includes('does not offer version 2')) return clientError('Invalid identification string', { level: 'protocol', fatal: true }, error)
  if (error.code !== 'ERR_LIBSSH2_KEX_FAILURE') return undefined
  return clientError(`Handshake failed: ${whyNoMatch(error.message)}`, { level: 'handshake', fatal: true }, error)
}

/** The error of an offer without any algorithm of a kind, which `algorithms` has removed; as in `ssh2` the handshake fails. */
export function nothingToOffer(algorithms: AlgorithmOptions): ClientError | undefined {
  const found = KINDS.find(([, , option]) => isEmptied(algorithms, option))
  return found && clientError(`Handshake failed: no matching ${found[1]}: algorithms.${found[2]} leaves nothing to offer`, { level: 'handshake', fatal: true })
}
