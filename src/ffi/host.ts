import type { Bytes, ChannelPointer } from './exports.gen.ts'
import type { HostFunctions } from './host.gen.ts'

/** The imports of the module that are ciphers and MACs of the runtime. */
export type HostKeyFunctions = Pick<HostFunctions, 'keyNew' | 'keyFree' | 'ctr' | 'gcmSeal' | 'gcmOpen' | 'hmac'>

/** A function of the host for one session: without its number. */
type OfSession<Name extends keyof HostFunctions> = HostFunctions[Name] extends (session: number, ...operands: infer Operands) => infer Result ? (...operands: Operands) => Result : never

/** What has been received and stays in JavaScript (`src/parcels`). */
export interface ParcelFunctions {
  readonly take: OfSession<'parcelTake'>
  readonly keep: OfSession<'parcelKeep'>
  readonly give: OfSession<'parcelGive'>
  readonly read: OfSession<'read'>
  readonly copy: OfSession<'parcelCopy'>
  readonly free: OfSession<'parcelFree'>
}

/** What is written and stays in JavaScript. */
export interface TextFunctions {
  readonly copy: OfSession<'textCopy'>
  readonly seal: OfSession<'textSeal'>
}

/** What one session answers to C. Bytes are copies: but for `recv`, nothing here sees linear memory. */
export interface SessionHost {
  /** Moves at most `length` received bytes to `target`. Returns their count, 0 at end of stream, `HOST_PENDING` if none have arrived: as for most calls, so there is no view of the memory before it is needed. */
  recv(target: Bytes, length: number): number
  /** Takes all of `data`, a view that is invalid after the call, or returns `HOST_FAILED`. */
  send(data: Uint8Array): number
  /** If missing, all received data stays in C. */
  readonly parcels?: ParcelFunctions
  /** If missing, only what is in C can be sent. */
  readonly outgoing?: TextFunctions
  /** Whether a long computation may continue for some milliseconds now; if not, the call has to be made again in another turn of the event loop. */
  slice(): boolean
  /** A message of this type has arrived for the channel of this number, or an event that concerns all of them (`HOST_PENDING`). */
  markReady(channel: number, type: number): void
  /** Signs `data` (RFC 4252 section 7): the signature blob, or `HOST_PENDING` / `HOST_FAILED`. */
  sign(data: Uint8Array, algorithm: string): Uint8Array | number
  /** Whether a host key's signature by ML-DSA-44 with Ed25519 is that of `data`: 0, `HOST_PENDING`, or `HOST_FAILED` if not. */
  verify(key: Uint8Array, signature: Uint8Array, data: Uint8Array): number
  /** Answers a round of prompts, encoded as `wasm/glue-userauth.c` says; the answer is encoded the same way. */
  prompt(round: Uint8Array): Uint8Array | number
  newPassword(prompt: string): Uint8Array | number
  /** The instance has trapped: no call will be answered any more. */
  trapped(): void
  disconnect(reason: number, message: string): void
  debug(alwaysDisplay: boolean, message: string): void
  ignore(data: Uint8Array): void
  /** A global request of the server; if it wants an answer, C refuses it. */
  globalRequest(name: string, body: Uint8Array, wantReply: boolean): void
  /** The answer to the oldest open request of this side: its body, `undefined` for a refusal. */
  globalAnswer(body: Uint8Array | undefined): void
  x11Open(channel: ChannelPointer, originator: string, port: number): void
  agentOpen(channel: ChannelPointer): void
}
