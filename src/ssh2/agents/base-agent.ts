import type { Duplex } from 'node:stream'
import type { ParsedKey } from '../utils/parsed-key.ts'

export interface SigningRequestOptions {
  /** Only RSA has a choice. */
  hash?: 'sha1' | 'sha256' | 'sha512' | undefined
}

/** Receives the keys of an agent. */
export type GetIdentitiesCallback = (error?: Error | null, keys?: (ParsedKey | Buffer | string)[]) => void
/** Receives a signature of an agent. */
export type SignCallback = (error?: Error | null, signature?: Buffer) => void
/** Receives a stream to an agent. */
export type GetStreamCallback = (error?: Error | null, stream?: Duplex) => void

/** Holds keys and signs with them. The user's own agents extend it. */
export class BaseAgent {
  /** Calls back with the keys, parsed or in a form that can be parsed. */
  getIdentities(callback: GetIdentitiesCallback): void {
    callback(new Error('Missing getIdentities() implementation'))
  }

  /** Calls back with a signature as Node makes it, or as SSH sends it (RFC 4253 section 6.6). */
  sign(pubKey: ParsedKey | Buffer | string, data: Buffer, options: SigningRequestOptions, callback?: SignCallback): void
  sign(pubKey: ParsedKey | Buffer | string, data: Buffer, callback: SignCallback): void
  sign(_pubKey: ParsedKey | Buffer | string, _data: Buffer, options: SigningRequestOptions | SignCallback, callback?: SignCallback): void {
    const told = typeof options === 'function' ? options : callback
    told?.(new Error('Missing sign() implementation'))
  }

  /** Calls back with a stream to the agent, for agent forwarding. */
  getStream?(callback: GetStreamCallback): void
}
