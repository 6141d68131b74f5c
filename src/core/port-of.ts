import { able, record } from '../errors/arguments.ts'
import type { BytePort, Transport } from '../runtime/transport.ts'

/** The faster path of a transport, or one made of its streams. @throws TypeError for what is no transport, or is in use already */
export async function portOf(transport: Transport): Promise<BytePort> {
  const { port } = record(transport, 'transport')
  if (port) return able(port, 'transport.port', 'a BytePort', 'start', 'write', 'abort')
  const { StreamPort } = await import('./stream-port.ts')
  return new StreamPort(transport)
}
