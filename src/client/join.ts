import { closeTransport } from '../core/transport.ts'
import type { Transport } from '../runtime/transport.ts'

/**
 * Joins two byte streams until each direction has ended with its own EOF, then closes both. A failure of one ends the other. Never rejects.
 * It reads from one side only as fast as the other accepts.
 */
export async function join(one: Transport, other: Transport): Promise<void> {
  await Promise.allSettled([one.readable.pipeTo(other.writable), other.readable.pipeTo(one.writable)])
  await Promise.all([closeTransport(one), closeTransport(other)])
}
