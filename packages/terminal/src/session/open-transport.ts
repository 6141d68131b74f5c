import { connectGateway, type GatewayEvent, type GatewayTransport } from 'libssh2-wasm/gateway'
import type { PageApi } from './messages.ts'

export interface TransportRequest {
  readonly gateway: string
  readonly host: string
  readonly port: number
  readonly ticket: PageApi['ticket']
  readonly signal: AbortSignal
}

/** What the gateway's client reports about the network. */
export interface NetworkEvents {
  stalled(about: Pick<GatewayEvent, 'since' | 'attempt' | 'nextIn' | 'unacknowledged'>): void
  resumed(): void
}

/** The transport to the server, which outlives its WebSockets if the gateway supports that. */
export async function openTransport({ gateway, host, port, ticket, signal }: TransportRequest, events: NetworkEvents): Promise<GatewayTransport> {
  const first = await ticket({ resuming: false, refused: false })
  const transport = await connectGateway(gateway, {
    host, port, signal,
    // No ticket for a gateway that wants none.
    ...first !== '' && { ticket: (request) => request.resuming || request.refused ? ticket(request) : first },
  })
  transport.addEventListener('stalled', ({ since, attempt, nextIn, unacknowledged }) => events.stalled({ since, attempt, nextIn, unacknowledged }))
  transport.addEventListener('resumed', () => events.resumed())
  return transport
}
