import { closeTransport } from '../core/transport.ts'
import type { Transport } from '../runtime/transport.ts'

/**
 * Joins two byte streams until both directions have ended, each with an EOF of its own; then closes both. A failure of one ends the other. Never rejects.
 * Neither side is read further than the other takes it.
 */
export async function join(one: Transport, other: Transport): Promise<void> {
  await Promise.allSettled([one.readable.pipeTo(other.writable), other.readable.pipeTo(one.writable)])
  await Promise.all([closeTransport(one), closeTransport(other)])
}
