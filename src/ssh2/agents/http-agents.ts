import { Agent as HttpAgent, type AgentOptions } from 'node:http'
import { Agent as HttpsAgent, type AgentOptions as HttpsAgentOptions } from 'node:https'
import type { Duplex } from 'node:stream'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { Client } from '../client/client.ts'
import type { ConnectConfig } from '../client/connect-config.ts'

/** Options of an agent, and the source address that its connections report. */
export interface SourceOptions {
  /** `localhost` by default. */
  srcIP?: string | undefined
}

type Made = (error: Error | null, stream?: Duplex) => void

/** The target of a request. */
interface Target {
  readonly host?: string | null | undefined
  readonly port?: number | string | null | undefined
  readonly localAddress?: string | undefined
  readonly localPort?: number | undefined
}

/** Opens a separate connection for each socket, closed with it. */
function openThrough(config: ConnectConfig, srcIP: string, { host, port, localAddress, localPort }: Target, made: Made): void {
  const client = new Client()
  let told = false
  const tellOnce: Made = (error, stream) => {
    if (told) return
    told = true
    made(error, stream)
  }
  client.on('ready', () => {
    client.forwardOut(localAddress ?? srcIP, localPort ?? 0, host ?? 'localhost', Number(port), (error, stream) => {
      if (error) {
        client.end()
        return tellOnce(error)
      }
      stream.once('close', () => client.end())
      tellOnce(null, stream)
    })
  })
  client.on('error', (error) => tellOnce(error))
  client.on('close', () => tellOnce(new Error('Unexpected connection close')))
  client.connect(config)
}

/** Opens the connections of one agent. */
function opener(config: ConnectConfig, options: SourceOptions | undefined): (target: Target, made: Made) => void {
  const srcIP = options?.srcIP ?? 'localhost'
  return (target, made) => openThrough(config, srcIP, target, made)
}

/** A `node:http` agent whose connections go through an SSH server. */
export class HTTPAgent extends HttpAgent {
  readonly #open: ReturnType<typeof opener>

  constructor(connectConfig: ConnectConfig, agentOptions?: AgentOptions & SourceOptions) {
    super(agentOptions)
    this.#open = opener(connectConfig, agentOptions)
  }

  /** For `node:http`. */
  override createConnection(options: object, callback?: (error: Error | null, stream: Duplex) => void): undefined {
    this.#open(options, callback as Made)
  }
}

/** A `node:https` agent whose connections go through an SSH server. */
export class HTTPSAgent extends HttpsAgent {
  readonly #open: ReturnType<typeof opener>

  constructor(connectConfig: ConnectConfig, agentOptions?: HttpsAgentOptions & SourceOptions) {
    super(agentOptions)
    this.#open = opener(connectConfig, agentOptions)
  }

  /** For `node:https`. */
  override createConnection(options: object, callback?: (error: Error | null, stream: Duplex) => void): undefined {
    const made = callback as Made
    this.#open(options, (error, socket) => {
      if (error || !socket) return made(error)
      made(null, connectTls({ ...options as ConnectionOptions, socket }))
    })
  }
}
