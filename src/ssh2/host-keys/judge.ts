import { createHash, getHashes } from 'node:crypto'
import { HostKeyError } from '../../errors/ssh-error.ts'
import type { HostKeyPolicy } from '../../host-key/policy.ts'
import { publicKeyType } from '../../keys/public-key-blob.ts'
import { clientError } from '../client/errors.ts'
import { tell } from '../tell.ts'
import { DENIED } from './denied.ts'

/** The argument of the event `unknown host key`. */
export interface UnknownHostKey {
  /** As in known_hosts; text for people. */
  readonly host: string
  readonly type: string
  /** `SHA256:…` */
  readonly fingerprint: string
  /** A password or answers to prompts may be sent. */
  readonly sendsSecrets: boolean
}

/** Decides about the host key. */
export interface HostKeyJudge {
  /** Names of the host-key algorithms under which the host is known. */
  known(): Promise<readonly string[]>
  /** Returns if the key is acceptable. @throws ClientError `Host denied …` */
  verify(key: Buffer): Promise<void>
  /** The login succeeded. */
  loggedIn(): Promise<void>
}

/** Says whether a host key is accepted. */
export type VerifyCallback = (valid: boolean) => void
/**
 * Decides about a host key: with its return value, a promise included, or later with `verify`. @param key its blob, or its hash in hexadecimal
 * digits if `hostHash` names one
 */
export type AnyHostVerifier = (key: never, verify: VerifyCallback) => unknown

const nothing = async () => {}
const noNames = async () => []

/** Accepts every key. */
export const ANY_KEY: HostKeyJudge = { known: noNames, verify: nothing, loggedIn: nothing }

/** Only the caller decides. */
export function byVerifier(verifier: AnyHostVerifier, hostHash: unknown): HostKeyJudge {
  const hash = typeof hostHash === 'string' && getHashes().includes(hostHash) ? hostHash : undefined
  const verify = async (key: Buffer) => {
    const presented = hash === undefined ? key : createHash(hash).update(key).digest('hex')
    if (!await asked(verifier, presented)) throw clientError(DENIED, { level: 'handshake', fatal: true })
  }
  return { known: noNames, verify, loggedIn: nothing }
}

function asked(verifier: AnyHostVerifier, key: Buffer | string): Promise<boolean> {
  return new Promise((resolve) => {
    const decide = (valid: unknown) => resolve(Boolean(valid))
    tell(() => {
      const verdict: unknown = verifier(key as never, decide)
      if (verdict === undefined) return
      if (typeof (verdict as PromiseLike<unknown> | null)?.then !== 'function') return decide(verdict);
      // A rejection of the caller's promise is an uncaught exception too, and does not accept the key.
      void (verdict as PromiseLike<unknown>).then((value) => { if (value !== undefined) decide(value) }, (error: unknown) => {
        decide(false)
        tell(() => { throw error })
      })
    })
  })
}

/** A policy of this library. */
export function byPolicy(policy: HostKeyPolicy, host: string, port: number): HostKeyJudge {
  const verify = async (key: Buffer) => {
    try {
      const verdict: unknown = await policy.verify({ host, port, key, algorithm: publicKeyType(key) })
      if (verdict === undefined || verdict === true) return
    } catch (error) {
      throw clientError(`${DENIED}: ${error instanceof HostKeyError ? error.message : 'the hostKey policy failed'}`, { level: 'handshake', fatal: true }, error)
    }
    throw clientError(DENIED, { level: 'handshake', fatal: true })
  }
  return { known: async () => policy.preferredAlgorithms?.(host, port) ?? [], verify, loggedIn: nothing }
}
