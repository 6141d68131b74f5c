import type { Channel as BoundChannel } from '../../bindings/channel/channel.ts'
import type { Session } from '../../bindings/session/session.ts'
import { acknowledge, acknowledgeNext } from '../../client/acknowledge.ts'
import { clientError } from '../client/errors.ts'
import type { Link } from '../client/link.ts'
import type { Callback } from '../tell.ts'
import { Channel, type ChannelSubType } from './channel.ts'
import { openBound } from './open.ts'
import { encodeModes, type TerminalModes } from './terminal-modes.ts'

/** The terminal of a command or shell. */
export interface PseudoTtyOptions {
  rows?: number | undefined
  cols?: number | undefined
  /** In pixels. */
  height?: number | undefined
  width?: number | undefined
  /** Value of TERM: `vt100` by default. */
  term?: string | undefined
  modes?: TerminalModes | Buffer | null | undefined
}

/** What to start in a session, and what to request before. */
export interface Start {
  readonly subtype: ChannelSubType
  readonly env?: Readonly<Record<string, unknown>> | undefined
  readonly pty?: PseudoTtyOptions | undefined
  readonly allowHalfOpen?: boolean | undefined
  /** Requests a forwarding before the start, and makes the error if the server refuses. */
  readonly forwardings: readonly ((session: Session, channel: BoundChannel) => Promise<void>)[]
  /** Called with the channel as soon as it exists. */
  readonly started?: (channel: Channel) => void
  /** Called if there is no channel. */
  readonly failed?: () => void
  readonly begin: (channel: BoundChannel) => number
  /** The error's text if the server refuses. */
  readonly refused: string
}

/** Opens a session and starts something in it. */
export function startSession(link: Link, start: Start, callback: Callback<[channel?: Channel]>): void {
  const { subtype, allowHalfOpen } = start
  link.ask((session) => begun(link, session, start), (error, bound) => {
    if (error || !bound) {
      start.failed?.()
      return callback(error)
    }
    const channel = new Channel(link, bound, { type: 'session', subtype, allowHalfOpen })
    start.started?.(channel)
    callback(undefined, channel)
  })
}

async function begun(link: Link, session: Session, { env = {}, pty, forwardings, begin, refused }: Start): Promise<BoundChannel> {
  const channel = await openBound(link, session, () => session.openSession(), true)
  try {
    await setVariables(session, channel, env)
    for (const forwarding of forwardings) await forwarding(session, channel)
    if (pty) await step(session, () => channel.ptyEx(terminal(pty)), 'Unable to request a pseudo-terminal')
    await step(session, () => begin(channel), refused)
    if (!pty) {
      acknowledge(session)
      void acknowledgeNext(session)
    }
    return channel
  } catch (error) {
    channel[Symbol.dispose]()
    throw error
  }
}

/** A request on a channel. @throws ClientError with `refused`, if the server refuses; the error that ended the session */
export async function step(session: Session, call: () => number, refused: string): Promise<void> {
  try {
    await session.complete(call)
  } catch (error) {
    throw session.failure ? error : clientError(refused, {}, error)
  }
}

/** Sends variables without asking whether the server accepts them: it refuses most names. */
export async function setVariables(session: Session, channel: BoundChannel, env: Readonly<Record<string, unknown>>): Promise<void> {
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value !== null) await session.complete(() => channel.setenvNoReply(name, String(value as string)))
  }
}

function terminal({ rows, cols, width, height, term, modes }: PseudoTtyOptions): Parameters<BoundChannel['ptyEx']>[0] {
  const number = (value: unknown, otherwise: number) => typeof value === 'number' ? value : otherwise
  return {
    rows: number(rows, 24), columns: number(cols, 80), widthPx: number(width, 640), heightPx: number(height, 480),
    term: typeof term === 'string' ? term : 'vt100', modes: encodeModes(modes),
  }
}
