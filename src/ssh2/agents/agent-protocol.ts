import { Duplex } from 'node:stream'

/** The protocol of agents as a stream of its own, by which servers of `ssh2` ask; as a client `OpenSSHAgent` asks. */
export class AgentProtocol extends Duplex {
  /** @throws Error always */
  constructor(_isClient: boolean) {
    super()
    throw new Error('AgentProtocol is not supported: an agent of your own extends BaseAgent, and an OpenSSHAgent asks one that listens')
  }
}
