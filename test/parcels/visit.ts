import { createHash } from 'node:crypto'
import type { Channel } from '../../src/bindings/channel/channel.ts'
import { SSHError } from '../../src/errors/ssh-error.ts'
import { acceptChannel, channelClose, type ChannelNumbers, SSH_MSG } from '../support/scripted-server.ts'
import { ConnectionEnded } from '../support/scripted-server/byte-queue.ts'
import { seededRandom } from '../support/random.ts'
import type { InjectedSession } from './injected-session.ts'
import { type Action, schedule } from './schedule.ts'

const LARGE = 1 << 20

/** What came of a schedule: everything that a program could see of it, and everything that the server could. */
export interface Visit {
  readonly seen: readonly string[]
  readonly heard: readonly string[]
  /** The session is of no further use. */
  readonly over: boolean
}

/** Lets a session and its server do what the schedule of `seed` says. */
export async function visit({ session, connection, inject, end }: InjectedSession, seed: number): Promise<Visit> {
  const random = seededRandom(seed)
  const plan = schedule(random)
  const channels: Channel[] = []
  const numbers: ChannelNumbers[] = []
  for (const window of plan.windows) {
    const opened = session.complete(() => session.openSessionEx('session', window, 32_768))
    numbers.push(await acceptChannel(connection, { number: 100 + numbers.length }))
    channels.push(await opened)
  }
  const before = connection.received.length
  const bytes = wireBytes()
  const seen: string[] = []
  const read = new Map<string, Buffer[]>()
  const stop = plan.end ? Math.floor(plan.end.part * bytes.length) : bytes.length
  for (let at = 0; at < stop;) {
    const count = plan.cut(stop - at)
    inject(Uint8Array.from(bytes.subarray(at, at + count)), plan.lent)
    at += count
    for (const action of plan.actions()) note(action.join(' '), () => plan.whole ? readWhole(channels, action, read) : act(channels, action))
  }
  if (plan.end) end(plan.end.error ? new Error('reset by the test') : undefined)
  for (const [at] of channels.entries()) for (const stream of [0, 1]) for (let more = true; more;) more = note(`rest ${at} ${stream}`, () => plan.whole ? readWhole(channels, ['read', at, LARGE, stream], read) : act(channels, ['read', at, LARGE, stream])).startsWith('rc+')
  for (const [at] of channels.entries()) for (const what of plan.whole ? ['eof', 'exit'] as const : ['eof', 'window', 'exit'] as const) note(`at last ${what} ${at}`, () => act(channels, [what, at, 0, 0]))
  for (const [stream, parts] of [...read].sort()) seen.push(`all of ${stream}: ${digest(Buffer.concat(parts))}`)
  const failed = session.failure !== undefined || plan.end !== undefined || plan.broken
  seen.push(`failure ${session.failure?.code} ${session.failure?.message}`)
  if (!failed) await finish()
  const heard = await whatTheServerHeard()
  return { seen, heard, over: failed }

  function wireBytes(): Buffer {
    const packets = plan.sent.map(({ payload, fault }) => connection.seal(payload(numbers), fault))
    return Buffer.concat(plan.order(packets.length).map((at) => packets[at] as Uint8Array))
  }

  function note(what: string, run: () => string): string {
    let came: string
    try {
      came = run()
    } catch (error) {
      if (!(error instanceof SSHError)) throw error
      came = `${error.code}: ${error.message}`
    }
    if (!plan.whole || /^at last/.test(what)) seen.push(`${what}: ${came}`)
    return came
  }

  /** Every channel is closed by both sides, so that the next schedule finds none. */
  async function finish(): Promise<void> {
    for (const [at, channel] of channels.entries()) {
      inject(connection.seal(channelClose(numbers[at] as ChannelNumbers)), false)
      await session.complete(() => channel.free())
    }
    session.sendIgnore()
  }

  async function whatTheServerHeard(): Promise<string[]> {
    if (failed) session.free()
    await connection.receive(failed ? -1 : SSH_MSG.IGNORE).catch((error: unknown) => {
      if (!(error instanceof ConnectionEnded) && !String(error).includes('the client disconnected')) throw error
    })
    return plan.whole ? [] : connection.received.slice(before).map((payload) => Buffer.from(payload).toString('hex'))
  }
}

function act(channels: readonly Channel[], [what, at, a, b]: Action): string {
  const channel = channels[at] as Channel
  switch (what) {
    case 'read': return gave(...channel.readEx(a, b))
    case 'readInto': {
      const target = new Uint8Array(a)
      const rc = channel.readInto(target, b)
      return gave(rc, target.subarray(0, Math.max(0, rc)))
    }
    case 'eof': return String(channel.eof())
    case 'poll': return String(channel.pollChannelRead(a))
    case 'window': return JSON.stringify(channel.windowReadEx())
    case 'flush': return String(channel.flushEx(a))
    case 'mode': return String(channel.handleExtendedData2(a))
    case 'adjust': return String(channel.receiveWindowAdjust2(a, b))
    case 'free': return String(channel.free())
    case 'exit': return JSON.stringify(channel.exit())
  }
}

/** @param all where the bytes go, by channel and stream. */
function readWhole(channels: readonly Channel[], [what, at, size, stream]: Action, all: Map<string, Buffer[]>): string {
  if (what !== 'read') return ''
  const [rc, parts] = (channels[at] as Channel).readParts(size, stream)
  if (rc !== parts.reduce((sum, { length }) => sum + length, 0) && rc !== -37) throw new Error(`${rc} is not the size of the parts`)
  const name = `${at} ${stream}`
  all.set(name, [...all.get(name) ?? [], ...parts.map((part) => Buffer.from(part))])
  return rc > 0 ? 'rc+' : String(rc)
}

const gave = (rc: number, data: Uint8Array) => rc > 0 ? `rc+${rc} ${digest(data)}` : String(rc)
const digest = (data: Uint8Array) => `${data.length} ${createHash('sha1').update(data).digest('hex').slice(0, 12)}`
