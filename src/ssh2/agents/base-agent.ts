import type { Duplex } from 'node:stream'
import type { ParsedKey } from '../utils/parsed-key.ts'

export interface SigningRequestOptions {
  /** Only RSA has a choice. */
  hash?: 'sha1' | 'sha256' | 'sha512' | undefined
}

/** A key of an agent, parsed or in a form that can be parsed. */
export type AgentKey = ParsedKey | Buffer | string
/** A key with a comment of its own. */
export interface AgentKeyEntry {
  readonly pubKey: ParsedKey | { readonly pubKey: AgentKey, readonly comment?: string }
}

/** Receives the keys of an agent. */
export type GetIdentitiesCallback<K extends AgentKey = AgentKey> = (error?: Error | null, keys?: (K | AgentKeyEntry)[]) => void
/** Receives the keys of an agent, parsed. */
export type IdentitiesCallback = (error?: Error | null, keys?: ParsedKey[]) => void
/** Receives a signature of an agent. */
export type SignCallback = (error?: Error | null, signature?: Buffer) => void
/** Receives a stream to an agent. */
export type GetStreamCallback = (error?: Error | null, stream?: Duplex) => void

/** Holds keys and signs with them. The user's own agents extend it. */
export class BaseAgent<K extends AgentKey = AgentKey> {
  /** Calls back with the keys, parsed or in a form that can be parsed. */
  getIdentities(callback: GetIdentitiesCallback<K>): void {
    callback(new Error('Missing getIdentities() implementation'))
  }

  /** Calls back with a signature as Node makes it, or as SSH sends it (RFC 4253 section 6.6). */
  sign(pubKey: K, data: Buffer, options: SigningRequestOptions, callback?: SignCallback): void
  sign(pubKey: K, data: Buffer, callback: SignCallback): void
  sign(_pubKey: K, _data: Buffer, options: SigningRequestOptions | SignCallback, callback?: SignCallback): void {
    const told = typeof options === 'function' ? options : callback
    told?.(new Error('Missing sign() implementation'))
  }

  /** Calls back with a stream to the agent, for agent forwarding. */
  getStream?(callback: GetStreamCallback): void
}
