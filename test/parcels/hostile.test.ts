// What a server, a runtime's cipher or a program may do to parcels, said out loud: schedules.test.ts tries it at random.
import { describe, expect, test, vi } from 'vitest'
import type { Channel } from '../../src/bindings/channel/channel.ts'
import { CONTEXT } from '../../src/bindings/session-context.ts'
import { startKeepalive } from '../../src/client/keepalive.ts'
import type { SSHError } from '../../src/errors/ssh-error.ts'
import { seededRandom } from '../support/random.ts'
import { acceptChannel, channelClose, channelData, channelEof, type ChannelNumbers, message, SSH_MSG } from '../support/scripted-server.ts'
import type { PacketFault } from '../support/scripted-server/packet.ts'
import { type InjectedSession, injectedSession, type Way } from './injected-session.ts'

const GCM = 'aes128-gcm@openssh.com'
const WAYS: readonly Way[] = [
  { name: 'AES-GCM of the host', cipher: GCM, hostCrypto: true }, { name: 'AES-GCM in WebAssembly', cipher: GCM, hostCrypto: false },
  { name: 'chacha20-poly1305', cipher: 'chacha20-poly1305@openssh.com', hostCrypto: true },
]
const { bytes } = seededRandom(15)
const part = (size: number) => Buffer.from(bytes(size))

async function opened({ session, connection }: InjectedSession, window = 2 << 20): Promise<[Channel, ChannelNumbers]> {
  const open = session.complete(() => session.openSessionEx('session', window, 32_768))
  const numbers = await acceptChannel(connection)
  return [await open, numbers]
}

const parcels = ({ session }: InjectedSession) => session[CONTEXT].parcels.size

function rest(channel: Channel, stream = 0): Buffer {
  const all: Uint8Array[] = []
  for (;;) {
    const [rc, data] = channel.readEx(1 << 20, stream)
    if (rc <= 0) return Buffer.concat(all)
    all.push(data)
  }
}

function codeOf(run: () => unknown): string {
  try {
    return `no error, but ${JSON.stringify(run())}`
  } catch (error) {
    return (error as SSHError).code
  }
}

describe.each(WAYS)('$name', (way) => {
  test.each<[string, PacketFault, string]>([
    ['a wrong tag', { wrongMac: true }, 'ERR_LIBSSH2_DECRYPT'],
    ['a bit of the text', { wire: (sealed) => sealed.map((byte, at) => at === 2000 ? byte ^ 4 : byte) }, 'ERR_LIBSSH2_DECRYPT'],
    ['padding of 3 bytes', { paddingLength: 3 }, 'ERR_LIBSSH2_OUT_OF_BOUNDARY'],
    ['padding of 0 bytes', { paddingLength: 0 }, 'ERR_LIBSSH2_OUT_OF_BOUNDARY'],
    ['padding that takes some of the data', { paddingLength: 200 }, 'ERR_LIBSSH2_PROTO'],
  ])('%s in the middle of a chunk: what came before can be read, nothing behind it', async (_, fault, code) => {
    await using injected = await injectedSession(way)
    const [channel, numbers] = await opened(injected)
    const [first, second] = [part(30_000), part(30_000)]
    const { connection } = injected
    injected.inject(Buffer.concat([
      connection.seal(channelData(numbers, first)), connection.seal(channelData(numbers, second)), connection.seal(channelData(numbers, part(30_000)), fault),
      connection.seal(channelData(numbers, part(30_000))), connection.seal(channelEof(numbers)),
    ]), true)
    expect(channel.readEx(1 << 20)).toEqual([60_000, new Uint8Array(Buffer.concat([first, second]))])
    expect(codeOf(() => channel.readEx(10))).toBe(code)
    expect(injected.session.failure?.code).toBe(code)
    expect(channel.eof()).toBe(false)
  })

  test('data, EOF, exit status and CLOSE in one chunk: all of the data first, then the end', async () => {
    await using injected = await injectedSession(way)
    const [channel, numbers] = await opened(injected)
    const data = part(30_000)
    const { connection } = injected
    injected.inject(Buffer.concat([
      connection.seal(channelData(numbers, data)), connection.seal(channelEof(numbers)),
      connection.seal(message(SSH_MSG.CHANNEL_REQUEST).uint32(numbers.client).string('exit-status').boolean(false).uint32(3).finish()), connection.seal(channelClose(numbers)),
      connection.seal(channelData(numbers, part(9000))),
    ]), true)
    expect([channel.eof(), channel.pollChannelRead(), channel.exit()]).toMatchObject([false, true, { code: 3 }])
    expect(channel.windowReadEx().readAvail).toBe(data.length)
    expect(rest(channel).equals(data)).toBe(true)
    expect([channel.eof(), channel.readEx(10)[0]]).toEqual([true, 0])
  })

  test('data does not wake who waits for the end, and the end does', async () => {
    await using injected = await injectedSession(way)
    const [channel, numbers] = await opened(injected)
    const { connection, session } = injected
    const attempts = { peerClosed: 0, exit: 0 }
    const closed = session.complete(() => { attempts.peerClosed++; return channel.peerClosed() })
    const exited = session.complete(() => { attempts.exit++; return channel.exit() })
    const before = { ...attempts }
    for (let i = 0; i < 20; i++) injected.inject(connection.seal(i % 2 ? channelData(numbers, part(9000)) : message(SSH_MSG.CHANNEL_EXTENDED_DATA).uint32(numbers.client).uint32(1).string(part(10)).finish()), true)
    expect(attempts).toEqual(before)
    injected.inject(connection.seal(message(SSH_MSG.CHANNEL_REQUEST).uint32(numbers.client).string('exit-status').boolean(false).uint32(3).finish()), true)
    expect(await exited).toMatchObject({ code: 3 })
    injected.inject(connection.seal(channelClose(numbers)), true)
    expect(await closed).toBe(0)
  })

  test('one byte more than the window, of parcels and of small packets', async () => {
    await using injected = await injectedSession(way)
    const [channel, numbers] = await opened(injected, 20_000)
    const { connection } = injected
    const parts = [part(10_000), part(1000), part(9000)]
    injected.inject(Buffer.concat(parts.map((data) => connection.seal(channelData(numbers, data)))), true)
    expect(channel.windowReadEx()).toMatchObject({ window: 20_000, readAvail: 20_000 })
    expect(injected.session.failure).toBeUndefined()
    injected.inject(connection.seal(channelData(numbers, 'x')), true)
    expect(injected.session.failure?.code ?? codeOf(() => channel.waitEof())).toMatch(/WINDOW_EXCEEDED|DISCONNECT/)
  })

  test('a channel that is freed with unread parcels gives them all back, and they are zeroed', async () => {
    await using injected = await injectedSession(way)
    const [channel, numbers] = await opened(injected)
    const [other, others] = await opened(injected)
    const { connection } = injected
    injected.inject(Buffer.concat([1, 2, 3].map(() => connection.seal(channelData(numbers, part(20_000))))), true)
    const data = part(20_000)
    injected.inject(connection.seal(channelData(others, data)), true)
    expect(parcels(injected)).toBe(4)
    injected.inject(connection.seal(channelClose(numbers)), true)
    await injected.session.complete(() => channel.free())
    expect(parcels(injected)).toBe(1)
    expect(rest(other).equals(data)).toBe(true)
    expect(parcels(injected)).toBe(0)
  })

  test('what is read is the reader\'s own, whatever becomes of the session', async () => {
    const injected = await injectedSession(way)
    const [channel, numbers] = await opened(injected)
    const data = part(30_000)
    injected.inject(injected.connection.seal(channelData(numbers, data)), true)
    const [, whole] = channel.readParts(10)
    const chunk = whole[0] as Uint8Array
    expect([whole.length, chunk.constructor, Buffer.from(chunk).equals(data)]).toEqual([1, Uint8Array, true])
    injected.inject(injected.connection.seal(channelData(numbers, data)), true)
    const [, small] = channel.readEx(100)
    expect(small.buffer.byteLength).toBe(100)
    await injected[Symbol.asyncDispose]()
    expect(Buffer.from(chunk).equals(data)).toBe(true)
    expect(parcels(injected)).toBe(0)
  })

  test('a memory limit counts parcels', async () => {
    await using injected = await injectedSession(way, { memoryLimit: 1 << 20 })
    const [channel, numbers] = await opened(injected)
    const sent = Array.from({ length: 40 }, () => part(32_768))
    for (const data of sent) injected.inject(injected.connection.seal(channelData(numbers, data)), true)
    expect(injected.session.failure?.code).toBe('ERR_LIBSSH2_ALLOC')
    expect(injected.session.failure?.message).toContain('memory limit')
    expect(parcels(injected)).toBeLessThan(32)
    expect(codeOf(() => channel.waitEof())).toBe('ERR_LIBSSH2_ALLOC')
  })

  test.each<Way['cipher']>([GCM, 'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com', 'aes128-ctr'])('the end of an exchange of keys, and data of the new ones (%s), in one chunk', async (cipher) => {
    await using injected = await injectedSession(way)
    const { connection, session } = injected
    const [channel, numbers] = await opened(injected)
    const sent: Buffer[] = []
    const exchanges: Promise<void>[] = []
    const send = (size: number) => {
      const data = part(size)
      sent.push(data)
      connection.send(channelData(numbers, data))
    }
    for (const next of [cipher, way.cipher] as const) {
      injected.hold()
      for (const size of [32_768, 20, 9000]) send(size)
      const protectedAnew = new Promise<void>((resolve) => {
        const exchanged = connection.exchangeKeys({
          serverToClient: { cipher: next },
          beforeReply: () => injected.hold(),
          // The keys are taken in a microtask behind NEWKEYS.
          beforeNewKeys: () => void setImmediate(resolve),
        })
        exchanges.push(exchanged)
      })
      await injected.release(41_788)
      await protectedAnew
      expect(connection.outgoingAlgorithms.cipher).toBe(next)
      for (const size of [32_768, 20, 9000, 32_768]) send(size)
      await injected.release(74_556)
      await Promise.all(exchanges)
      await expect.poll(() => channel.windowReadEx().readAvail, { interval: 1 }).toBe(sent.reduce((sum, { length }) => sum + length, 0))
    }
    await session.complete(() => channel.pollChannelRead() ? 0 : -37)
    expect(rest(channel).equals(Buffer.concat(sent))).toBe(true)
    expect(session.failure).toBeUndefined()
  })

  test('a packet that comes in parts is read when it is complete, wherever it is cut', async () => {
    await using injected = await injectedSession(way)
    const [channel, numbers] = await opened(injected)
    for (const cuts of [[1], [3], [4], [5], [20], [4100], [-17], [-16], [-1], [2, 3], [4, 4000], [100, 200, 300, 400], Array.from({ length: 20 }, (_, at) => 10 + at)]) {
      const [before, data, behind] = [part(9000), part(30_000), part(9000)]
      const packet = injected.connection.seal(channelData(numbers, data))
      const bounds = [0, ...cuts.map((cut) => cut < 0 ? packet.length + cut : cut), packet.length]
      const parts = bounds.slice(1).map((bound, at) => packet.subarray(bounds[at], bound))
      for (const [at, bytes] of parts.entries()) {
        injected.inject(Uint8Array.from(bytes), true)
        if (at < parts.length - 1) expect(channel.readEx(1 << 20)[0]).toBe(-37)
      }
      expect(rest(channel).equals(data)).toBe(true)
      injected.inject(Buffer.concat([before, behind].map((text) => injected.connection.seal(channelData(numbers, text)))), true)
      expect(rest(channel).equals(Buffer.concat([before, behind]))).toBe(true)
    }
    expect(injected.session.failure).toBeUndefined()
  })

  test.each([[undefined, 'ERR_LIBSSH2_SOCKET_DISCONNECT'], [new Error('reset by the test'), 'ERR_LIBSSH2_SOCKET_RECV']])('the transport ends in the middle of a packet (%s): what came before can be read', async (error, code) => {
    await using injected = await injectedSession(way)
    const [channel, numbers] = await opened(injected)
    const data = part(30_000)
    const { connection } = injected
    injected.inject(Uint8Array.from(Buffer.concat([connection.seal(channelData(numbers, data)), connection.seal(channelData(numbers, part(30_000))).subarray(0, 20_000)])), true)
    injected.end(error)
    expect(channel.readEx(1 << 20)).toEqual([30_000, new Uint8Array(data)])
    expect(codeOf(() => channel.readEx(10))).toBe(code)
    expect(injected.session.failure?.code).toBe(code)
  })

  test('this side begins an exchange of keys when a part of a packet has arrived', async () => {
    await using injected = await injectedSession(way)
    const { connection, session } = injected
    const [channel, numbers] = await opened(injected)
    const [data, more] = [part(30_000), part(30_000)]
    const packet = connection.seal(channelData(numbers, data))
    injected.inject(Uint8Array.from(packet.subarray(0, 10_000)), true)
    const exchanged = session.complete(() => session.rekey())
    injected.inject(Uint8Array.from(packet.subarray(10_000)), true)
    await connection.exchangeKeys()
    expect(await exchanged).toBe(0)
    connection.send(channelData(numbers, more))
    await expect.poll(() => channel.windowReadEx().readAvail, { interval: 1 }).toBe(60_000)
    expect(rest(channel).equals(Buffer.concat([data, more]))).toBe(true)
    expect(session.failure).toBeUndefined()
  })

  test('what a server sends while keys are exchanged stays out of C\'s memory, which would grow and never shrink', async () => {
    await using injected = await injectedSession(way)
    const { connection, session } = injected
    const [channel, numbers] = await opened(injected)
    const { size } = session.instance.heap
    const exchanged = session.complete(() => session.rekey())
    const data = part(30_000)
    for (let sent = 0; sent < 50; sent++) injected.inject(connection.seal(channelData(numbers, data)), true)
    expect([parcels(injected), channel.windowReadEx().readAvail]).toEqual([50, 1_500_000])
    await connection.exchangeKeys()
    expect(await exchanged).toBe(0)
    expect(session.instance.heap.size).toBe(size)
    expect(rest(channel).equals(Buffer.concat(Array(50).fill(data)))).toBe(true)
  })

  test('each part of a packet is a sign of life', async () => {
    await using injected = await injectedSession(way)
    const { connection, session } = injected
    const [channel, numbers] = await opened(injected)
    const data = part(30_000)
    const packet = connection.seal(channelData(numbers, data))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      startKeepalive(session, { interval: 1000, countMax: 2 })
      for (let at = 0; at < packet.length; at += 6000) {
        vi.advanceTimersByTime(1500)
        injected.inject(Uint8Array.from(packet.subarray(at, at + 6000)), true)
      }
    } finally {
      vi.useRealTimers()
    }
    expect(session.failure).toBeUndefined()
    expect(rest(channel).equals(data)).toBe(true)
  })

  test('a reader that frees its channel, or the session, between two parcels of a chunk', async () => {
    const injected = await injectedSession(way)
    const { connection, session } = injected
    const [channel, numbers] = await opened(injected)
    const reading = session.complete(() => channel.readParts(1)).then(() => { session.free() })
    injected.inject(Buffer.concat([1, 2, 3].map(() => connection.seal(channelData(numbers, part(20_000))))), true)
    await reading
    expect(parcels(injected)).toBe(0)
    expect(codeOf(() => channel.readEx(1))).toBe('ERR_HANDLE_FREED')
    await injected[Symbol.asyncDispose]()
  })
})
