import type { Channel as BoundChannel } from '../../bindings/channel/channel.ts'
import type { Session } from '../../bindings/session/session.ts'
import { accepted, takeAllBehind } from '../channel/incoming.ts'
import { step } from '../channel/start.ts'
import type { BaseAgent } from '../agents/base-agent.ts'
import type { Link } from '../client/link.ts'
import { ignore, tell } from '../tell.ts'
import { openAtPeer } from './open-at-peer.ts'
import { Wanted, type Wanting } from './wanted.ts'

/** Forwards the agent to the server, while a command or shell that wants it runs: requested once, with the first one. */
export class AgentForwarding {
  readonly #link: Link
  readonly #wanted = new Wanted()
  #asked = false
  #serving = false

  constructor(link: Link) {
    this.#link = link
  }

  async request(session: Session, channel: BoundChannel, agent: BaseAgent): Promise<Wanting> {
    const wanting = this.#wanted.add(() => openAtPeer(channel))
    if (this.#asked) return wanting
    this.#asked = true
    try {
      await step(session, () => channel.requestAuthAgent(), 'Unable to request agent forwarding')
    } catch (error) {
      this.#asked = false
      wanting.end()
      throw error
    }
    if (!this.#serving) takeAllBehind(session, () => session.acceptAgent(), (opened: BoundChannel) => this.#join(opened, agent))
    this.#serving = true
    return wanting
  }

  #join(opened: BoundChannel, agent: BaseAgent): void {
    tell(() => {
      if (typeof agent.getStream !== 'function') return opened[Symbol.dispose]()
      const place = this.#wanted.take()
      if (!place) return opened[Symbol.dispose]()
      agent.getStream((error, stream) => {
        if (error || !stream) {
          place.drop()
          return opened[Symbol.dispose]()
        }
        const channel = accepted(this.#link, opened, 'auth-agent@openssh.com')
        stream.on('error', ignore)
        stream.on('close', () => channel.destroy())
        channel.on('close', () => stream.destroy())
        channel.pipe(stream).pipe(channel)
        place.hold(channel)
      })
    })
  }
}
