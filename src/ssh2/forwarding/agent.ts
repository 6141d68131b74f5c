import type { Channel as BoundChannel } from '../../bindings/channel/channel.ts'
import type { Session } from '../../bindings/session/session.ts'
import { accepted, takeAll } from '../channel/incoming.ts'
import { step } from '../channel/start.ts'
import type { BaseAgent } from '../agents/base-agent.ts'
import type { Link } from '../client/link.ts'
import { ignore, tell } from '../tell.ts'

/** Forwards the agent to the server: requested once, with the first command or shell. */
export class AgentForwarding {
  readonly #link: Link
  #asked = false
  #serving = false

  constructor(link: Link) {
    this.#link = link
  }

  async request(session: Session, channel: BoundChannel, agent: BaseAgent): Promise<void> {
    if (this.#asked) return
    this.#asked = true
    try {
      await step(session, () => channel.requestAuthAgent(), 'Unable to request agent forwarding')
    } catch (error) {
      this.#asked = false
      throw error
    }
    if (!this.#serving) takeAll(session, () => session.acceptAgent(), (opened: BoundChannel) => this.#join(opened, agent))
    this.#serving = true
  }

  #join(opened: BoundChannel, agent: BaseAgent): void {
    tell(() => {
      if (typeof agent.getStream !== 'function') return opened[Symbol.dispose]()
      agent.getStream((error, stream) => {
        if (error || !stream) return opened[Symbol.dispose]()
        const channel = accepted(this.#link, opened, 'auth-agent@openssh.com')
        stream.on('error', ignore)
        stream.on('close', () => channel.destroy())
        channel.on('close', () => stream.destroy())
        channel.pipe(stream).pipe(channel)
      })
    })
  }
}
