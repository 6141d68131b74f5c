import type { Transport } from 'libssh2-wasm'
import { connectWebSocket } from 'libssh2-wasm/websocket'

export interface TransportRequest {
  readonly gateway: string
  readonly host: string
  readonly port: number
  readonly ticket: (request: { readonly resuming: boolean, readonly refused: number | null }) => Promise<string>
  readonly signal: AbortSignal
}

/** What the gateway's client tells of the network. */
export interface NetworkEvents {
  stalled(about: { readonly since: number, readonly attempt: number, readonly nextIn: number, readonly unacknowledged: number }): void
  resumed(): void
}

/** The way to the server. */
export async function openTransport({ gateway, host, port, ticket, signal }: TransportRequest, _events: NetworkEvents): Promise<Transport> {
  const token = await ticket({ resuming: false, refused: null })
  const protocols = token === '' ? ['binary'] : ['binary', `token.${base64Url(token)}`]
  return connectWebSocket(`${gateway.replace(/\/+$/, '')}/tcp/${encodeURIComponent(host)}/${port}`, { protocols, signal })
}

function base64Url(text: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text))
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
