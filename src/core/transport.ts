/// How a transport ends.
import type { Transport } from '../runtime/transport.ts'

/** Closes a transport. Only this function does so: errors of its `close` are ignored, since the transport has ended all the same. Never rejects. */
export async function closeTransport(transport: Pick<Transport, 'close'>): Promise<void> {
  try {
    await transport.close?.()
  } catch {
    // It was already broken, or it is no longer needed.
  }
}

/** Gives up a transport that no session has taken: closes it, or cancels its streams if it has no `close`. */
export function abandonTransport(transport: Transport): void {
  if (transport.close) return void closeTransport(transport)
  transport.readable.cancel().catch(() => {})
  transport.writable.abort().catch(() => {})
}
