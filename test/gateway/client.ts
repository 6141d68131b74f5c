/// Clients of a gateway for tests, and what they see.
import { WebSocket } from 'ws'
import { connectGateway, type ConnectGatewayOptions, type GatewayEvent, type GatewayTransport } from 'libssh2-wasm/gateway'
import { TOKEN } from './rig.ts'

export const openWebSocket = (url: string, protocols: string[]) => new WebSocket(url, protocols) as unknown as globalThis.WebSocket

export interface Watched {
  readonly transport: GatewayTransport
  readonly events: GatewayEvent[]
  /** The next event of that type, or one that has come and was not asked for yet. */
  next(type: 'stalled' | 'resumed' | 'lost'): Promise<GatewayEvent>
}

export async function open(url: string, port: number, options: Partial<ConnectGatewayOptions> = {}): Promise<Watched> {
  const transport = await connectGateway(url, { host: '127.0.0.1', port, ticket: TOKEN, openWebSocket, ...options })
  return watch(transport)
}

export function watch(transport: GatewayTransport): Watched {
  const events: GatewayEvent[] = []
  const asked: Record<string, number> = {}
  for (const type of ['stalled', 'resumed', 'lost'] as const) transport.addEventListener(type, (event) => events.push(event))
  const next = async (type: 'stalled' | 'resumed' | 'lost') => {
    const number = asked[type] = (asked[type] ?? 0) + 1
    for (;;) {
      const found = events.filter((event) => event.type === type && (type !== 'stalled' || event.attempt === 0))[number - 1]
      if (found) return found
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
  return { transport, events, next }
}

/** Reads of a transport until `done`, or its end. */
export class Reader {
  #reader: ReadableStreamDefaultReader<Uint8Array>
  text = ''

  constructor(transport: GatewayTransport) {
    this.#reader = transport.readable.getReader()
  }

  async until(what: string): Promise<string> {
    while (!this.text.includes(what)) {
      const { value, done } = await this.#reader.read()
      if (done) throw new Error(`the end came after ${JSON.stringify(this.text)}`)
      this.text += Buffer.from(value).toString()
    }
    return this.text
  }

  async end(): Promise<string> {
    for (;;) {
      const { value, done } = await this.#reader.read()
      if (done) return this.text
      this.text += Buffer.from(value).toString()
    }
  }
}
