import type { Session } from '../bindings/session/session.ts'
import { LIBSSH2_METHOD_HOSTKEY } from '../ffi/constants.gen.ts'
import type { HostKeyPolicy } from '../host-key/policy.ts'
import { isShortRsaKey } from '../host-key/short-rsa-key.ts'
import { verifySignature } from '../host-key/verify-signature.ts'
import { plainName, signatureAlgorithms } from '../keys/key-types.ts'
import { publicKeyType } from '../keys/public-key-blob.ts'
import { encodeBase64 } from '../wire-format/base64.ts'
import { type Bytes, copyBytes } from '../wire-format/bytes.ts'
import { WireReader } from '../wire-format/reader.ts'
import { WireWriter } from '../wire-format/writer.ts'

const PROVE = 'hostkeys-prove-00@openssh.com'
/** No honest server has more keys, or longer ones. */
const MOST_KEYS = 32, MOST_BYTES = 65_536

/** The part of a session that is used. */
type Announcing = Pick<Session, 'hostkey' | 'firstExchange' | 'methods' | 'globalRequest' | 'complete' | 'ended'>

const told = new WeakSet<Announcing>()

/**
 * Passes the host keys that a server announces after the login (`hostkeys-00@openssh.com`, OpenSSH's PROTOCOL section 2.5) to the policy, the
 * first time only.
 * @param offered names of the host-key algorithms that this client offers @throws Error for a malformed announcement
 */
export async function hostKeysAnnounced(session: Announcing, where: { readonly host: string, readonly port: number }, update: NonNullable<HostKeyPolicy['update']>, offered: readonly string[], body: Uint8Array): Promise<void> {
  if (told.has(session)) return
  told.add(session)
  const current = session.hostkey()?.key
  const keys = readKeys(body, offered)
  if (!current || keys.length === 0) return
  await update({ ...where, current, keys, prove: proving(session) })
}

/** Asks for the proof of each key once only: OpenSSH 10.6 refuses a second one. */
function proving(session: Announcing): (claimed: readonly Uint8Array[]) => Promise<boolean> {
  const proved = new Set<string>()
  return async (claimed) => {
    const rest = claimed.filter((key) => !proved.has(encodeBase64(key)))
    if ((rest.length > 0 || claimed.length === 0) && !await prove(session, rest)) return false
    for (const key of rest) proved.add(encodeBase64(key))
    return true
  }
}

/** The keys whose types are known and offered. Others, and certificates, are ignored. */
function readKeys(body: Uint8Array, offered: readonly string[]): Bytes[] {
  if (body.length > MOST_BYTES) throw new Error('the server announces too many bytes of host keys')
  const reader = new WireReader(body)
  const keys = new Map<string, Bytes>()
  for (let count = 0; reader.remaining > 0; count++) {
    const key = copyBytes(reader.string()), id = encodeBase64(key)
    if (count >= MOST_KEYS) throw new Error('the server announces too many host keys')
    if (keys.has(id)) throw new Error('the server announces a host key twice')
    if (isUsable(key, offered)) keys.set(id, key)
  }
  return [...keys.values()]
}

function isUsable(key: Bytes, offered: readonly string[]): boolean {
  try {
    return !isShortRsaKey(key) && signatureAlgorithms(publicKeyType(key)).some((name) => offered.includes(name))
  } catch {
    return false
  }
}

/** Asks the server to prove that it owns the keys: each signs the session identifier. False if it refuses, or if any signature is wrong. */
async function prove(session: Announcing, keys: readonly Uint8Array[]): Promise<boolean> {
  const exchange = session.firstExchange()
  if (!exchange || keys.length === 0) return false
  const body = new WireWriter(1024)
  for (const key of keys) body.string(key)
  const request = body.finish()
  const answer = new Promise<Uint8Array | undefined>((answered, failed) => {
    session.complete(() => session.globalRequest(PROVE, request, answered)).catch(failed)
  })
  const signatures = await Promise.race([answer, session.ended().then(() => undefined)])
  if (!signatures) return false
  const reader = new WireReader(signatures)
  const negotiated = plainName(session.methods(LIBSSH2_METHOD_HOSTKEY) ?? '')
  for (const key of keys) {
    const signature = reader.string()
    const signed = new WireWriter(1024).string(PROVE).string(exchange.sessionId).string(key).finish()
    // If the key exchange used an RSA algorithm, RSA keys sign with the same one.
    if (negotiated.startsWith('rsa-sha2-') && publicKeyType(key) === 'ssh-rsa' && new WireReader(signature).text() !== negotiated) return false
    if (!await verifySignature(key, signature, signed, { attended: false })) return false
  }
  return reader.remaining === 0
}
