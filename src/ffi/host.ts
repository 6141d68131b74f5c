import type { Bytes, ChannelPointer } from './exports.ts'

/** The answer is not there yet: C returns EAGAIN and asks again (`wasm/glue.h`). */
export const HOST_PENDING = -1
/** There will be no answer. */
export const HOST_FAILED = -2

/** The imports of the module that are ciphers and MACs of the runtime. None may throw. */
export interface HostKeyFunctions {
  keyNew(algorithm: number, key: Bytes, length: number, counter: Bytes): number
  keyFree(key: number): void
  ctr(key: number, data: Bytes, length: number): number
  gcmSeal(key: number, nonce: Bytes, packet: Bytes, body: number): number
  gcmOpen(key: number, nonce: Bytes, packet: Bytes, body: number): number
  hmac(key: number, sequence: number, packet: Bytes, packetLength: number, more: Bytes, moreLength: number, mac: Bytes): number
}

/** The imports of the module, as `wasm/glue.h` declares them. `session` is the number given to `glue_session_new`. None may throw. */
export interface HostFunctions extends HostKeyFunctions {
  random(buffer: Bytes, length: number): number
  recv(session: number, buffer: Bytes, length: number): number
  send(session: number, data: Bytes, length: number): number
  slice(session: number): number
  news(session: number, channel: number): void
  sign(session: number, algorithm: Bytes, algorithmLength: number, data: Bytes, length: number): number
  prompt(session: number, round: Bytes, length: number): number
  newPassword(session: number, prompt: Bytes, length: number): number
  takeAnswer(session: number, buffer: Bytes, length: number): void
  disconnect(session: number, reason: number, message: Bytes, length: number): void
  debug(session: number, alwaysDisplay: number, message: Bytes, length: number): void
  ignore(session: number, message: Bytes, length: number): void
  globalRequest(session: number, name: Bytes, nameLength: number, wantReply: number, body: Bytes, bodyLength: number): void
  globalAnswer(session: number, success: number, body: Bytes, bodyLength: number): void
  x11Open(session: number, channel: ChannelPointer, originator: Bytes, port: number): void
  agentOpen(session: number, channel: ChannelPointer): void
}

/** What one session answers to C. Bytes are copies: nothing here sees linear memory. */
export interface SessionHost {
  /** Moves received bytes into `target`: their count, 0 at end of stream, `HOST_PENDING` when none have arrived. */
  recv(target: Uint8Array): number
  /** Takes all of `data`, a view that is gone after the call, or answers `HOST_FAILED`. */
  send(data: Uint8Array): number
  /** Whether a long computation may go on for some milliseconds now; if not, the call is to be made again in another turn of the event loop. */
  slice(): boolean
  /** A packet has arrived for the channel of this number, or what concerns all of them (`HOST_PENDING`). */
  markReady(channel: number): void
  /** Signs `data` (RFC 4252 section 7): the signature blob, or `HOST_PENDING` / `HOST_FAILED`. */
  sign(data: Uint8Array, algorithm: string): Uint8Array | number
  /** Answers a round of prompts, encoded as `wasm/glue-userauth.c` says; answers likewise. */
  prompt(round: Uint8Array): Uint8Array | number
  newPassword(prompt: string): Uint8Array | number
  /** The instance has trapped: no call will be answered any more. */
  trapped(): void
  disconnect(reason: number, message: string): void
  debug(alwaysDisplay: boolean, message: string): void
  ignore(data: Uint8Array): void
  /** A global request of the server; C answers it with a refusal where an answer is wanted. */
  globalRequest(name: string, body: Uint8Array, wantReply: boolean): void
  /** The answer to the first request of this side that is not answered: its body, `undefined` for a refusal. */
  globalAnswer(body: Uint8Array | undefined): void
  x11Open(channel: ChannelPointer, originator: string, port: number): void
  agentOpen(channel: ChannelPointer): void
}
