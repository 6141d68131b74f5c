import type { Ask } from '../../abort/deadline.ts'
import { orAbort } from '../../abort/or-abort.ts'
import type { Session } from '../../bindings/session/session.ts'
import { requestFor, signedData, userauthSigned } from '../../bindings/session/signed-request.ts'
import { type AuthAttempt, SSHError } from '../../errors/ssh-error.ts'
import { LIBSSH2_ERROR_AUTHENTICATION_FAILED } from '../../ffi/constants.gen.ts'
import { MLDSA44_ED25519, plainName, signatureAlgorithms } from '../../keys/key-types.ts'
import { signsAtOnce } from '../../keys/signers/at-once.ts'
import type { Signer } from '../../keys/signers/signer.ts'
import { encodeBase64 } from '../../wire-format/base64.ts'
import { decodeText } from '../../wire-format/bytes.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import type { AuthContext } from './authenticate.ts'
import { describeKey, type KeyDescription } from './describe-key.ts'
import { goesOn, isPartialSuccess, isRefusal } from './going-on.ts'

const SHA1 = 'ssh-rsa'

/** The state of one login: the attempts so far, and the keys that were offered. */
export class KeyOffers implements AuthContext, Disposable {
  readonly session: Session
  readonly username: string
  readonly signal: AbortSignal
  readonly ask: Ask
  readonly legacyAlgorithms: boolean
  /** Each step, in order. */
  readonly attempts: AuthAttempt[] = []
  readonly #recorded = new WeakSet()
  readonly #offered = new Set<string>()
  readonly #preferred = new Set<string>()
  readonly #closers: (() => void)[] = []

  constructor({ session, username, signal, ask, legacyAlgorithms }: Pick<AuthContext, 'session' | 'username' | 'signal' | 'ask' | 'legacyAlgorithms'>) {
    this.session = session
    this.username = username
    this.signal = signal
    this.ask = ask
    this.legacyAlgorithms = legacyAlgorithms
  }

  note(error: unknown): void {
    if (!this.isRecorded(error)) this.attempts.push({ method: 'publickey', outcome: 'failed', error: asError(error) })
  }

  wasOffered(publicKey: Uint8Array): boolean {
    return this.#offered.has(encodeBase64(publicKey))
  }

  preferKey(publicKey: Uint8Array): void {
    this.#preferred.add(encodeBase64(publicKey))
  }

  isPreferred(publicKey: Uint8Array): boolean {
    return this.#preferred.has(encodeBase64(publicKey))
  }

  atEnd(close: () => void): void {
    this.#closers.push(close)
  }

  [Symbol.dispose](): void {
    for (const close of this.#closers.splice(0)) close()
  }

  /** Whether the attempts already contain this error. */
  isRecorded(error: unknown): boolean {
    return this.#recorded.has(error as object)
  }

  async offerKey(signer: Signer, algorithms?: readonly string[]): Promise<void> {
    const key = await describeKey(signer.publicKey)
    let left = this.#algorithms(signer, key, algorithms)
    for (;;) {
      const round = left.filter((name) => name !== SHA1)
      try {
        return await this.#offer(signer, key, round.length > 0 ? round : left)
      } catch (error) {
        left = round.length === 0 ? [] : otherAlgorithms(left, error, this.attempts.at(-1)?.algorithm ?? round[0]!)
        if (left.length === 0 || !goesOn(this, error)) throw error
      }
    }
  }

  /** The signature algorithms to try, preferred first. SHA-1 is included only if it is allowed, or requested by name. */
  #algorithms(signer: Signer, key: KeyDescription, wanted: readonly string[] | undefined): readonly string[] {
    if (this.wasOffered(signer.publicKey)) throw new SSHError(`the key ${key.fingerprint} has already been offered`, { code: 'ERR_KEY_OFFERED' })
    const able = (signer.algorithms ?? signatureAlgorithms(key.keyType ?? '')).map(plainName)
    const named = wanted?.map(plainName)
    const names = named ? named.filter((name) => able.includes(name)) : able.filter((name) => this.legacyAlgorithms || name !== SHA1)
    if (!wanted && names[0]?.startsWith(MLDSA44_ED25519) && !this.#serverNames(names[0], false)) {
      return this.#fail(key, new SSHError(`the key ${key.fingerprint} is not offered: the server does not name ${names[0]} (server-sig-algs)`, { code: 'ERR_ALGORITHM' }))
    }
    if (names.length > 0) return names
    const why = able.includes(SHA1) ? 'it only signs with ssh-rsa (SHA-1), which needs legacyAlgorithms' : 'this key supports none of the named algorithms'
    return this.#fail(key, new SSHError(`the key ${key.fingerprint} cannot be used: ${why}`, { code: 'ERR_ALGORITHM' }))
  }

  /** Few servers know the newest one, and count each key that they do not know: others would be used up by it. @param otherwise for a server that names none */
  #serverNames(algorithm: string, otherwise: boolean): boolean {
    const list = this.session.extensions().get('server-sig-algs')
    return list === undefined ? otherwise : decodeText(list).split(',').includes(algorithm)
  }

  async #offer(signer: Signer, key: KeyDescription, algorithms: readonly string[]): Promise<void> {
    const { session, username, signal } = this
    this.#offered.add(encodeBase64(signer.publicKey))
    let algorithm: string | undefined
    const sign = (data: Uint8Array, name: string) => {
      algorithm = name
      return signer.asksPerson ? this.ask(() => signer.sign(data, name)) : orAbort(signer.sign(data, name), signal)
    }
    try {
      const request = await this.#signedAtOnce(signer, algorithms, sign)
      await session.complete(() => request ? userauthSigned(session, request) : session.userauthPublickey(username, signer.publicKey, sign, algorithms), { signal })
      this.attempts.push({ method: 'publickey', outcome: 'accepted', ...key, algorithm })
    } catch (error) {
      if (session.failure || signal.aborted) throw error
      this.#fail(key, error, algorithm)
    }
  }

  /**
   * The whole request of a key that signs at once: it saves the question whether the server would take the key, which is a round trip, and the time for which servers
   * hold back each of their answers. `undefined` for other keys, and where the server does not name the algorithm, which libssh2 then explains.
   */
  async #signedAtOnce(signer: Signer, [algorithm, ...others]: readonly string[], sign: (data: Uint8Array, algorithm: string) => Promise<Uint8Array>): Promise<Uint8Array | undefined> {
    if (!signsAtOnce.has(signer) || algorithm === undefined || others.length > 0 || !this.#serverNames(algorithm, true)) return undefined
    const request = requestFor(this.username, 'publickey').boolean(true).string(algorithm).string(signer.publicKey).finish()
    return new WireWriter(1024).bytes(request).string(await sign(signedData(this.session, request), algorithm)).finish()
  }

  #fail(key: KeyDescription, reason: unknown, algorithm?: string): never {
    const error = asError(reason)
    const outcome = isPartialSuccess(this, error) ? 'partial' : isRefusal(error) ? 'refused' : 'failed'
    this.attempts.push({ method: 'publickey', outcome, ...key, algorithm, error })
    this.#recorded.add(error)
    throw error
  }
}

export const asError = (reason: unknown) => reason instanceof Error ? reason : new Error(String(reason))

/** Errors after which the same signer may still succeed with another algorithm. */
const OTHER_ALGORITHM = ['ERR_AGENT_PROTOCOL', 'ERR_KEY_UNSUPPORTED', 'ERR_KEY_FORMAT', 'ERR_LIBSSH2_ALGO_UNSUPPORTED']

/**
 * The algorithms left to try with a key. If the server refused the algorithm's name, one more is tried where SHA-1 is allowed. If it refused the
 * signature, it knows the key: old servers accept names of algorithms that they cannot verify.
 */
function otherAlgorithms(names: readonly string[], error: unknown, used: string): readonly string[] {
  if (!(error instanceof SSHError)) return []
  if (error.errno === LIBSSH2_ERROR_AUTHENTICATION_FAILED) return names.filter((name) => name === SHA1)
  return isRefusal(error) || OTHER_ALGORITHM.includes(error.code) ? names.filter((name) => name !== used) : []
}
