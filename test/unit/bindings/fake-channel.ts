import type { Channel } from '../../../src/bindings/channel/channel.ts'
import { CONTEXT } from '../../../src/bindings/session-context.ts'
import { Lane } from '../../../src/core/lane.ts'
import { libssh2Error } from '../../../src/errors/libssh2-error.ts'
import { LIBSSH2_ERROR_CHANNEL_CLOSED, LIBSSH2_ERROR_EAGAIN as EAGAIN } from '../../../src/ffi/constants.gen.ts'
import type { Unwritten } from '../../../src/wire-format/unwritten.ts'
import { driverOfNothing } from '../core/driver-of-nothing.ts'

/** What glue_channel_write does, as far as its caller can tell. */
export interface FakePeer {
  /** Bytes that the peer accepts at present. */
  window: number
  /** Everything that it has. */
  readonly received: number[]
  /** libssh2 has made a packet that it cannot send: only the same bytes may come next. */
  stuck: boolean
  closed: boolean
  congested: boolean
  /** Bytes that the transport takes before it is congested. */
  room: number
  /** The error of the packet that begins there, or behind it. */
  fails: { readonly at: number, readonly rc: number } | undefined
  /** The lengths of the texts that C has asked for, each for one packet. */
  readonly texts: number[]
}

/** A channel whose writes end in an array. It stands for C, which does not get stuck or run out of window on demand. */
export function fakeChannel() {
  const { driver } = driverOfNothing()
  const peer: FakePeer = { window: Infinity, received: [], stuck: false, closed: false, congested: false, room: 1 << 20, fails: undefined, texts: [] }
  let pending: readonly number[] | undefined
  const outgoing: { text: Unwritten | undefined } = { text: undefined }
  let done = 0
  const take = (at: number, length: number) => {
    const bytes = new Uint8Array(length)
    outgoing.text!.copy(at, length, bytes)
    peer.texts.push(length)
    return bytes
  }
  const writePacket = (at: number, length: number): number => {
    const text = take(at, Math.min(length, 32768))
    if (pending?.some((byte, place) => text[place] !== byte)) throw new Error('a packet continues with other bytes')
    if (peer.fails && at >= peer.fails.at) return peer.fails.rc
    if (peer.stuck) {
      if (peer.window > 0) pending ??= [...text.subarray(0, peer.window)]
      return EAGAIN
    }
    const count = pending?.length ?? Math.min(text.length, peer.window)
    if (count === 0) return EAGAIN
    pending = undefined
    for (const byte of text.subarray(0, count)) peer.received.push(byte)
    peer.window -= count
    return count
  }
  const c = {
    glue_channel_write(_channel: number, stream: number, _buffer: number, length: number, room: number): number {
      if (stream !== 0 || length > outgoing.text!.left || length === 0) throw new Error('C gets something else than the text')
      const begun = pending !== undefined
      done = 0
      for (;;) {
        const count = writePacket(done, length - done)
        if (count < 0) return count === EAGAIN && done > 0 ? done : count
        done += count
        if (begun || done === length || done > room) return done
      }
    },
    glue_channel_written: () => done,
    glue_channel_write_forget: () => { pending = undefined },
    glue_channel_write_pending: () => Number(pending !== undefined),
  }
  const calls = {
    context: { driver, outgoing, wire: { get congested() { return peer.congested }, get room() { return peer.room } }, heap: { scratch: () => 0 } },
    handle: { freed: false },
    writing: new Lane(),
    needPeer() {
      if (peer.closed) throw libssh2Error(LIBSSH2_ERROR_CHANNEL_CLOSED)
    },
    call(_way: unknown, run: (exports: typeof c, channel: number) => number) {
      const rc = run(c, 1)
      if (rc < 0 && rc !== EAGAIN) throw libssh2Error(rc)
      return rc
    },
    plain: <T>(run: (exports: typeof c, channel: number) => T) => run(c, 1),
  }
  return { channel: { [CONTEXT]: calls } as unknown as Channel, peer, driver, lane: calls.writing }
}
