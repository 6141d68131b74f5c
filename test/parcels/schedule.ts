import { channelClose, channelData, channelEof, type ChannelNumbers, message, SSH_MSG } from '../support/scripted-server.ts'
import type { PacketFault } from '../support/scripted-server/packet.ts'
import type { Random } from '../support/random.ts'

/** A message of the server, and what is wrong with its packet. */
export interface Sent {
  readonly payload: (channels: readonly ChannelNumbers[]) => Uint8Array
  readonly fault: PacketFault
}

/** What the client does with one of its channels. */
export type Action = readonly [what: 'read' | 'readInto' | 'eof' | 'poll' | 'window' | 'flush' | 'mode' | 'adjust' | 'free' | 'exit', channel: number, a: number, b: number]

/** What both sides do. It follows from a seed. */
export interface Schedule {
  readonly windows: readonly number[]
  readonly sent: readonly Sent[]
  /** Packets that are put elsewhere, left out or sent twice: places in what is sent. */
  readonly order: (count: number) => readonly number[]
  /** The bytes that are handed over at once, of so many that are left. */
  readonly cut: (left: number) => number
  readonly lent: boolean
  /** After each chunk. */
  readonly actions: () => readonly Action[]
  /**
   * Whether the client reads packets whole (`readParts`), as the streams do. How much one such read gives is another matter by each way, since small packets join a large one
   * in C and no parcel: then all that has been read is compared, and how it ended, and the client does nothing but read.
   */
  readonly whole: boolean
  /** How the transport ends, behind so many of all the bytes (1 is all). */
  readonly end: { readonly part: number, readonly error: boolean } | undefined
  /** Whether a packet is not as it should be. */
  readonly broken: boolean
}

const SIZES = [0, 1, 7, 100, 1000, 1025, 4000, 4060, 4070, 4078, 4081, 4086, 4095, 4096, 4097, 5000, 9000, 16384, 32752, 32767, 32768, 32768, 32768, 32768]
const FAULTS: readonly PacketFault[] = [
  { wrongMac: true }, { padding: 'most' }, { paddingLength: 0 }, { paddingLength: 3 }, { paddingLength: 255 }, { length: 0 }, { length: 5 }, { length: 15 }, { length: 17 },
  { length: 40_001 }, { length: 2 ** 31 - 1 }, { length: 2 ** 31 }, { length: 2 ** 32 - 1 }, { wire: (bytes) => flipped(bytes, 0) }, { wire: (bytes) => flipped(bytes, 5) },
  { wire: (bytes) => flipped(bytes, bytes.length >> 1) }, { wire: (bytes) => without(bytes, bytes.length >> 1) }, { sequence: 7 },
]

export function schedule(random: Random): Schedule {
  const whole = random.below(4) === 0
  const windows = Array.from({ length: random.integer(1, 3) }, () => whole ? 2 << 20 : random.pick([32_768, 50_000, 200_000, 2 << 20]))
  const broken = random.below(4) === 0
  const sent = Array.from({ length: random.integer(3, 40) }, () => oneMessage(random, windows.length))
  if (broken && random.below(3) > 0) {
    const at = random.below(sent.length)
    sent[at] = { ...sent[at] as Sent, fault: random.pick(FAULTS) }
  }
  const disorder = broken ? random.pick([swapped, swapped, twice, leftOut, undefined]) : undefined
  const style = random.below(5)
  return {
    windows, sent, broken,
    order: (count) => {
      const order = Array.from({ length: count }, (_, at) => at)
      return disorder?.(order, random.below(count)) ?? order
    },
    cut: (left) => style === 0 ? left : style === 1 ? Math.min(left, random.integer(1, 3000)) : style === 2 ? Math.min(left, 32_806) : Math.min(left, random.integer(1, style === 3 ? 60_000 : 262_144)),
    lent: random.below(2) === 0,
    actions: () => Array.from({ length: random.pick([0, 0, 1, 2, 5]) }, () => oneAction(random, windows.length)),
    whole,
    end: random.below(4) === 0 ? { part: random.pick([1, random.next()]), error: random.below(2) === 0 } : undefined,
  }
}

function oneMessage(random: Random, channels: number): Sent {
  const at = random.below(channels)
  const size = random.pick(SIZES)
  const bytes = random.bytes(size)
  const right = (payload: (numbers: ChannelNumbers) => Uint8Array): Sent => ({ payload: (all) => payload(all[at] as ChannelNumbers), fault: {} })
  const kind = random.below(40)
  if (kind < 24) return right((numbers) => channelData(numbers, bytes))
  if (kind < 29) return right(({ client }) => message(SSH_MSG.CHANNEL_EXTENDED_DATA).uint32(client).uint32(random.pick([1, 1, 1, 2])).string(bytes).finish())
  if (kind < 31) return right(() => message(SSH_MSG.IGNORE).string(bytes).finish())
  if (kind === 31) return right(() => message(SSH_MSG.DEBUG).boolean(true).string(bytes).string('').finish())
  if (kind === 32) return right(({ client }) => message(SSH_MSG.CHANNEL_WINDOW_ADJUST).uint32(client).uint32(size).finish())
  if (kind === 33) return right(channelEof)
  if (kind === 34) return right(({ client }) => message(SSH_MSG.CHANNEL_REQUEST).uint32(client).string('exit-status').boolean(false).uint32(size).finish())
  if (kind === 35) return right(channelClose)
  if (kind === 36) return right(() => channelData({ client: 4711, server: 0 }, bytes))
  // Of another length than it says, where it is long enough for a parcel as well.
  if (kind === 37 && random.below(4) === 0) return right(({ client }) => message(SSH_MSG.CHANNEL_DATA).uint32(client).uint32(size + 1).bytes(bytes).finish())
  if (kind === 38 && random.below(4) === 0) return right(() => message(random.pick([200, 99, 0])).bytes(bytes).finish())
  return right((numbers) => channelData(numbers, bytes))
}

function oneAction(random: Random, channels: number): Action {
  const at = random.below(channels)
  const size = random.pick([0, 1, 100, 4096, 32_768, 32_768, 100_000, 262_144])
  const what = random.below(40)
  if (what < 20) return ['read', at, size, random.pick([0, 0, 0, 1])]
  if (what < 26) return ['readInto', at, size, random.pick([0, 0, 0, 1])]
  if (what < 29) return ['eof', at, 0, 0]
  if (what < 31) return ['poll', at, random.below(2), 0]
  if (what < 34) return ['window', at, 0, 0]
  if (what === 34) return ['flush', at, random.pick([0, 1, -1, -2]), 0]
  if (what === 35) return ['mode', at, random.below(3), 0]
  if (what === 36) return ['adjust', at, size, random.below(2)]
  if (what === 37 && random.below(4) === 0) return ['free', at, 0, 0]
  return ['exit', at, 0, 0]
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = Uint8Array.from(bytes)
  changed[at] = (changed[at] as number) ^ 1
  return changed
}

/** A byte in the middle: without its last one, a tag that ends in zero would be completed by the next packet, whose length begins with zero. */
const without = (bytes: Uint8Array, at: number) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])

const swapped = (order: number[], at: number) => order.map((each, place) => place === at ? order[at + 1] ?? each : place === at + 1 ? order[at] as number : each)
const twice = (order: number[], at: number) => order.flatMap((each, place) => place === at ? [each, each] : [each])
const leftOut = (order: number[], at: number) => order.filter((_, place) => place !== at)
