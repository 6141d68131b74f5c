import { able, record } from '../errors/arguments.ts'
import type { BytePort, Transport } from '../runtime/transport.ts'

/** The faster path of a transport, or one made from its streams. @throws TypeError for a value that is not a transport, or one that is already in use */
export async function portOf(transport: Transport): Promise<BytePort> {
  const { port } = record(transport, 'transport')
  if (port) return able(port, 'transport.port', 'a BytePort', 'start', 'write', 'abort')
  const { StreamPort } = await import('./stream-port.ts')
  return new StreamPort(transport)
}
