/// How a transport ends.
import type { Transport } from '../runtime/transport.ts'

/** Closes a transport, in the one place that does so: what its `close` throws or rejects with concerns nobody, since it has ended all the same. Never rejects. */
export async function closeTransport(transport: Pick<Transport, 'close'>): Promise<void> {
  try {
    await transport.close?.()
  } catch {
    // It was broken already, or it is of no further use.
  }
}

/** Gives up a transport that no session has taken: it is closed, or its streams are cancelled where it has no `close`. */
export function abandonTransport(transport: Transport): void {
  if (transport.close) return void closeTransport(transport)
  transport.readable.cancel().catch(() => {})
  transport.writable.abort().catch(() => {})
}
