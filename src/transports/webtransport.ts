/// WebTransport (HTTP/3) of browsers and Deno: one bidirectional stream carries one SSH connection.
import { record } from '../errors/arguments.ts'
import { streams } from '../errors/byte-streams.ts'
import { checkSignal, onAbort } from '../abort/on-abort.ts'
import type { Transport } from '../runtime/transport.ts'
import { SSHError } from '../errors/ssh-error.ts'

/** The part of a `WebTransport` that is used. */
export interface WebTransportSession {
  readonly ready: Promise<unknown>
  createBidirectionalStream(): Promise<Pick<Transport, 'readable' | 'writable'>>
  close(): void
}

/** The options of `new WebTransport()`, and a signal. */
export interface ConnectWebTransportOptions {
  /** Certificates to accept, by their SHA-256, without an authority: for your own gateways. */
  readonly serverCertificateHashes?: { readonly algorithm: string, readonly value: ArrayBuffer | Uint8Array<ArrayBuffer> }[]
  readonly allowPooling?: boolean
  readonly congestionControl?: 'default' | 'low-latency' | 'throughput'
  readonly requireUnreliable?: boolean
  readonly signal?: AbortSignal | undefined
}

/**
 * Opens an HTTP/3 session with a gateway that joins each bidirectional stream to a TCP connection, and one stream in it.
 * @throws SSHError `ERR_WEBTRANSPORT` if it cannot be opened or the runtime has none, or `signal.reason`.
 */
export async function connectWebTransport(url: string | URL, opening: ConnectWebTransportOptions = {}): Promise<Transport> {
  const { signal, ...options } = record(opening, 'options')
  checkSignal(signal)
  signal?.throwIfAborted()
  if (typeof WebTransport === 'undefined') throw new SSHError('this runtime has no WebTransport', { code: 'ERR_WEBTRANSPORT' })
  const session: WebTransportSession = new WebTransport(String(url), options)
  // A session that is closed on purpose rejects its pending calls.
  const stopListening = onAbort(signal, () => session.close())
  try {
    await session.ready
    return fromWebTransport(await session.createBidirectionalStream(), session)
  } catch (error) {
    // Deno throws if the session was never open.
    try { session.close() } catch { /* nothing to close */ }
    signal?.throwIfAborted()
    throw new SSHError('the WebTransport session was not opened', { code: 'ERR_WEBTRANSPORT', cause: error })
  } finally {
    stopListening()
  }
}

/** A transport over one bidirectional stream. @param session closed with it, if given */
export function fromWebTransport(stream: Pick<Transport, 'readable' | 'writable'>, session?: Pick<WebTransportSession, 'close'>): Transport {
  const { readable, writable } = streams(stream, 'stream')
  return { readable, writable, close: () => session?.close() }
}
