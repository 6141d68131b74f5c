import { randomBytes } from 'node:crypto'
import type { Channel as BoundChannel } from '../../bindings/channel/channel.ts'
import type { IncomingX11, Session } from '../../bindings/session/session.ts'
import { offer, takeAllBehind } from '../channel/incoming.ts'
import { step } from '../channel/start.ts'
import type { Link } from '../client/link.ts'
import { openAtPeer } from './open-at-peer.ts'
import { Wanted, type Wanting } from './wanted.ts'

/** X11 options of a command. */
export interface X11Options {
  /** Only the first connection. */
  single?: boolean | undefined
  /** Number of the X screen. */
  screen?: number | undefined
  /** `MIT-MAGIC-COOKIE-1` by default. */
  protocol?: string | undefined
  /** As bytes, or in hexadecimal digits; 16 random bytes by default. */
  cookie?: Buffer | string | undefined
}

/** X11 for programs on the server, while a command that requested it runs. */
export class X11Forwarding {
  readonly #link: Link
  readonly #wanted = new Wanted()
  #serving = false

  constructor(link: Link) {
    this.#link = link
  }

  async request(session: Session, channel: BoundChannel, options: X11Options | number | true): Promise<Wanting> {
    const { single, protocol, cookie, screen } = x11Settings(options)
    await step(session, () => channel.x11ReqEx(single, protocol, cookie, screen), 'Unable to request X11')
    // A program may open its first window before the command is known to have started.
    const wanting = this.#wanted.add(() => openAtPeer(channel), single)
    if (!this.#serving) takeAllBehind(session, () => session.acceptX11(), (opened: IncomingX11) => this.#offer(opened))
    this.#serving = true
    return wanting
  }

  #offer({ channel, originatorHost: srcIP, originatorPort: srcPort }: IncomingX11): void {
    const place = this.#wanted.take()
    if (place) offer(this.#link, channel, 'x11', 'x11', { srcIP, srcPort }, place)
    else channel[Symbol.dispose]()
  }
}

/** What is asked for; values of another type count as absent, as in `ssh2`. */
function x11Settings(options: X11Options | number | true): { readonly single: boolean, readonly protocol: string, readonly cookie: string, readonly screen: number } {
  const { single, screen, protocol, cookie } = (typeof options === 'number' ? { screen: options } : options === true ? {} : options) as Record<keyof X11Options, unknown>
  return {
    single: single === true,
    screen: typeof screen === 'number' ? screen : 0,
    protocol: typeof protocol === 'string' ? protocol : 'MIT-MAGIC-COOKIE-1',
    cookie: typeof cookie === 'string' ? cookie : Buffer.from(cookie instanceof Uint8Array ? cookie : randomBytes(16)).toString('hex'),
  }
}
