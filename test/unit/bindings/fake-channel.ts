import type { Channel } from '../../../src/bindings/channel/channel.ts'
import { CONTEXT } from '../../../src/bindings/session-context.ts'
import { Lane } from '../../../src/core/lane.ts'
import { libssh2Error } from '../../../src/errors/libssh2-error.ts'
import { LIBSSH2_ERROR_CHANNEL_CLOSED, LIBSSH2_ERROR_EAGAIN as EAGAIN } from '../../../src/ffi/constants.gen.ts'
import { driverOfNothing } from '../core/driver-of-nothing.ts'

/** What libssh2_channel_write does, as far as its caller can tell. */
export interface FakePeer {
  /** Bytes that the peer accepts at present. */
  window: number
  /** Everything that it has. */
  readonly received: number[]
  /** libssh2 has made a packet that it cannot send: only the same bytes may come next. */
  stuck: boolean
  closed: boolean
  congested: boolean
  /** The texts that C was given, each with the memory in which it was. */
  readonly texts: Uint8Array[]
}

/** A channel whose writes end in an array. It stands for C, which does not get stuck or run out of window on demand. */
export function fakeChannel() {
  const { driver } = driverOfNothing()
  const peer: FakePeer = { window: Infinity, received: [], stuck: false, closed: false, congested: false, texts: [] }
  let pending: readonly number[] | undefined
  const outgoing: { text: Uint8Array | undefined } = { text: undefined }
  const c = {
    glue_channel_write(_channel: number, stream: number, _buffer: number, length: number): number {
      const text = outgoing.text!
      if (stream !== 0 || length !== text.length || length === 0 || length > 32768) throw new Error('C gets something else than the text')
      if (pending?.some((byte, at) => text[at] !== byte)) throw new Error('a packet continues with other bytes')
      peer.texts.push(text)
      if (peer.stuck) {
        if (peer.window > 0) pending ??= [...text.subarray(0, peer.window)]
        return EAGAIN
      }
      const count = pending?.length ?? Math.min(length, peer.window)
      if (count === 0) return EAGAIN
      pending = undefined
      for (const byte of text.subarray(0, count)) peer.received.push(byte)
      peer.window -= count
      return count
    },
    glue_channel_write_pending: () => Number(pending !== undefined),
  }
  const calls = {
    context: { driver, outgoing, wire: peer, heap: { scratch: () => 0 } },
    writing: new Lane(),
    needPeer() {
      if (peer.closed) throw libssh2Error(LIBSSH2_ERROR_CHANNEL_CLOSED)
    },
    call: (_way: unknown, run: (exports: typeof c, channel: number) => number) => run(c, 1),
    plain: <T>(run: (exports: typeof c, channel: number) => T) => run(c, 1),
  }
  return { channel: { [CONTEXT]: calls } as unknown as Channel, peer, driver, lane: calls.writing }
}
