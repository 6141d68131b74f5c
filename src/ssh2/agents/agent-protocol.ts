import { Duplex } from 'node:stream'

/** The agent protocol as a stream, which servers of `ssh2` use to ask. For a client, use `OpenSSHAgent`. */
export class AgentProtocol extends Duplex {
  /** @throws Error always */
  constructor(_isClient: boolean) {
    super()
    throw new Error('AgentProtocol is not supported: an agent of your own extends BaseAgent, and an OpenSSHAgent asks one that listens')
  }
}
