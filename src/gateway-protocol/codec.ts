/// The frames between a client and a gateway: corp-relay-v4's, and five more of `libssh2-wasm.v1`. One binary WebSocket message is one frame, big endian. For any
/// runtime, on both sides.
import { joinBytes } from '../wire-format/bytes.ts'

/** The subprotocol with resumption, large frames, keepalive frames and an end with a position. */
export const SUBPROTOCOL = 'libssh2-wasm.v1'
/** corp-relay-v4, as nassh and Google's relays speak it. */
export const SUBPROTOCOL_V4 = 'ssh'
/** No frames: each message is a piece of the stream, as with websockify. */
export const SUBPROTOCOL_PLAIN = 'binary'
/** The client offers its ticket as a subprotocol, with this prefix and base64url of its text: a page cannot set headers. */
export const TICKET_PREFIX = 'ticket.'
/** The client offers its resumption data as a subprotocol, with this prefix and base64url of `encodeResume`. */
export const RESUME_PREFIX = 'resume.'

/** The most bytes of one DATA frame in corp-relay-v4. */
export const V4_DATA_MAX = 16 << 10
/** The most that a client accepts in one DATA frame of corp-relay-v4: relays send larger ones than the protocol allows, and nassh accepts any. */
export const V4_RECEIVED_MAX = 1 << 20
/** The most bytes of one DATA frame in `libssh2-wasm.v1`. */
export const DATA_MAX = 256 << 10

const Tag = { connectSuccess: 1, reconnectSuccess: 2, data: 4, ack: 7, hello: 0x4c01, ping: 0x4c02, pong: 0x4c03, end: 0x4c04, notice: 0x4c05 } as const

/** What a gateway says about itself and the stream, after each CONNECT_SUCCESS and RECONNECT_SUCCESS of `libssh2-wasm.v1`. */
export interface Hello {
  /** The most bytes of one DATA frame. */
  readonly frame: number
  /** The most unacknowledged bytes in each direction. */
  readonly window: number
  /** How long the gateway keeps a stream without a client; 0 if it cannot be resumed. */
  readonly resumeSeconds: number
  /** When the stream ends in any case, in the format of `Date.toISOString`. */
  readonly until?: string
  /** base64url of the 32 bytes that resume the stream. Only after CONNECT_SUCCESS. */
  readonly secret?: string
  /** The URL for resuming, if it differs from the one that opened the stream. */
  readonly url?: string
}

/** A decoded frame. Positions are bytes from the beginning of a direction. */
export type Frame =
  | { readonly type: 'connect-success', readonly id: string }
  /** `position`: bytes that the gateway has received from the client. */
  | { readonly type: 'reconnect-success', readonly position: number }
  | { readonly type: 'data', readonly data: Uint8Array }
  /** `position`: bytes received and passed on. */
  | { readonly type: 'ack', readonly position: number }
  | { readonly type: 'hello', readonly hello: Hello }
  | { readonly type: 'ping' | 'pong', readonly token: Uint8Array }
  /** This direction ended at that byte. `reason` is 0 for an orderly end, or a close code. */
  | { readonly type: 'end', readonly position: number, readonly reason: number }
  /** `code` is a close code to come, e.g. 1001 or 4410. */
  | { readonly type: 'notice', readonly code: number, readonly text: string }

/** A frame that breaks the protocol: its connection is closed with 4400. */
export class FrameError extends Error {
  override name = 'FrameError'
}

const TWO_32 = 2 ** 32

/**
 * Decodes one message.
 * @param most the most bytes of a DATA frame. @returns undefined for an unknown tag, which is skipped.
 * @throws FrameError for a wrong length, an impossible position, or malformed text.
 */
export function decodeFrame(message: Uint8Array, most: number): Frame | undefined {
  if (message.length < 2) throw new FrameError('a frame has a tag of two bytes')
  const view = new DataView(message.buffer, message.byteOffset, message.length)
  switch (view.getUint16(0)) {
    case Tag.data: return { type: 'data', data: counted(message, view, 2, most) }
    case Tag.ack: return { type: 'ack', position: position(view, 10) }
    case Tag.ping: return { type: 'ping', token: token(message) }
    case Tag.pong: return { type: 'pong', token: token(message) }
    case Tag.connectSuccess: return { type: 'connect-success', id: text(counted(message, view, 2, TEXT_MAX)) }
    case Tag.reconnectSuccess: return { type: 'reconnect-success', position: position(view, 10) }
    case Tag.hello: return { type: 'hello', hello: hello(counted(message, view, 2, TEXT_MAX)) }
    case Tag.end: return { type: 'end', position: position(view, 12), reason: view.getUint16(10) }
    case Tag.notice: {
      if (message.length < 4) throw new FrameError('the frame is too short')
      return { type: 'notice', code: view.getUint16(2), text: text(counted(message, view, 4, TEXT_MAX)) }
    }
    default: return undefined
  }
}

/** The most bytes of an identifier, a HELLO or a NOTICE. */
const TEXT_MAX = 16 << 10

/** A u32 at `at`, and that many bytes, up to the end of the message. */
function counted(message: Uint8Array, view: DataView, at: number, most: number): Uint8Array {
  if (message.length < at + 4) throw new FrameError('the frame is too short')
  const length = view.getUint32(at)
  if (length > most) throw new FrameError(`${length} bytes in one frame are more than ${most}`)
  if (message.length !== at + 4 + length) throw new FrameError('the length of the frame differs from the stated one')
  return message.subarray(at + 4)
}

function position(view: DataView, length: number): number {
  if (view.byteLength !== length) throw new FrameError('the frame has a wrong length')
  const value = view.getUint32(2) * TWO_32 + view.getUint32(6)
  if (!Number.isSafeInteger(value)) throw new FrameError('no stream has so many bytes')
  return value
}

function token(message: Uint8Array): Uint8Array {
  if (message.length !== 10) throw new FrameError('the frame has a wrong length')
  return message.slice(2)
}

function text(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new FrameError('the text of a frame is not UTF-8')
  }
}

function hello(bytes: Uint8Array): Hello {
  let value: unknown
  try {
    value = JSON.parse(text(bytes))
  } catch {
    throw new FrameError('HELLO is not JSON')
  }
  const { frame, window, resumeSeconds, until, secret, url } = (value ?? {}) as Record<string, unknown>
  const counts = [frame, window].every((count) => Number.isSafeInteger(count) && (count as number) > 0)
  const words = [until, secret, url].every((word) => word === undefined || typeof word === 'string')
  if (!counts || !words || typeof resumeSeconds !== 'number' || !(resumeSeconds >= 0)) throw new FrameError('HELLO lacks required values')
  return value as Hello
}

function frame(tag: number, length: number): { bytes: Uint8Array<ArrayBuffer>, view: DataView } {
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, tag)
  return { bytes, view }
}

function setPosition(view: DataView, value: number): void {
  view.setUint32(2, Math.floor(value / TWO_32))
  view.setUint32(6, value % TWO_32)
}

/** The beginning of a DATA frame. @param length the bytes of data that follow it in the same message */
export function dataHeader(length: number): Uint8Array<ArrayBuffer> {
  const { bytes, view } = frame(Tag.data, 6)
  view.setUint32(2, length)
  return bytes
}

/** `chunks` one after the other in one DATA frame; they are copied. */
export function dataFrame(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return joined([dataHeader(chunks.reduce((sum, chunk) => sum + chunk.length, 0)), ...chunks])
}

/** A copy of `parts`, one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return joinBytes(parts)
}

/** Acknowledges bytes of the other side. @param received bytes received and passed on */
export function ackFrame(received: number): Uint8Array<ArrayBuffer> {
  const { bytes, view } = frame(Tag.ack, 10)
  setPosition(view, received)
  return bytes
}

/** The gateway resumes the session. @param received bytes that the gateway has from the client */
export function reconnectSuccessFrame(received: number): Uint8Array<ArrayBuffer> {
  const { bytes, view } = frame(Tag.reconnectSuccess, 10)
  setPosition(view, received)
  return bytes
}

/** Asks for a sign of life. @param token 8 bytes, returned in the PONG */
export function pingFrame(token: Uint8Array): Uint8Array<ArrayBuffer> {
  return tokenFrame(Tag.ping, token)
}

/** The answer to a PING. @param token that of the PING */
export function pongFrame(token: Uint8Array): Uint8Array<ArrayBuffer> {
  return tokenFrame(Tag.pong, token)
}

function tokenFrame(tag: number, token: Uint8Array): Uint8Array<ArrayBuffer> {
  const { bytes } = frame(tag, 10)
  bytes.set(token.subarray(0, 8), 2)
  return bytes
}

/** The end of a direction. @param position where it ends @param reason 0, or a close code. */
export function endFrame(position: number, reason: number): Uint8Array<ArrayBuffer> {
  const { bytes, view } = frame(Tag.end, 12)
  setPosition(view, position)
  view.setUint16(10, reason)
  return bytes
}

/** The gateway has connected. @param id the stream's name in logs; in corp-relay-v4 it also resumes the stream */
export function connectSuccessFrame(id: string): Uint8Array<ArrayBuffer> {
  return textFrame(Tag.connectSuccess, id)
}

/** Follows each success in `libssh2-wasm.v1`. */
export function helloFrame(hello: Hello): Uint8Array<ArrayBuffer> {
  return textFrame(Tag.hello, JSON.stringify(hello))
}

function textFrame(tag: number, words: string): Uint8Array<ArrayBuffer> {
  const encoded = new TextEncoder().encode(words)
  const { bytes, view } = frame(tag, 6 + encoded.length)
  view.setUint32(2, encoded.length)
  bytes.set(encoded, 6)
  return bytes
}

/** The gateway announces that it will close. @param code the close code to come @param words for people */
export function noticeFrame(code: number, words: string): Uint8Array<ArrayBuffer> {
  const encoded = new TextEncoder().encode(words)
  const { bytes, view } = frame(Tag.notice, 8 + encoded.length)
  view.setUint16(2, code)
  view.setUint32(4, encoded.length)
  bytes.set(encoded, 8)
  return bytes
}
