import { record } from '../../errors/arguments.ts'
import { streams } from '../../errors/byte-streams.ts'
import { Duplex } from 'node:stream'
import type { Process } from '../../client/process.ts'
import type { Transport } from '../../runtime/transport.ts'

/**
 * A connection from `openTcp`, `openUnix` or a listener, or a process's stdin and stdout, as a Node `Duplex`: for code that wants a socket, e.g.
 * `tls.connect({ socket })` or an HTTP agent. Ending it sends EOF, `destroy` closes the channel. The opposite of `fromDuplex`.
 */
export function toDuplex(stream: Pick<Transport, 'readable' | 'writable'> | Process): Duplex {
  const [readable, writable] = 'stdout' in record(stream, 'stream') ? [(stream as Process).stdout, (stream as Process).stdin] : [(stream as Transport).readable, (stream as Transport).writable]
  streams({ readable, writable }, 'stream')
  return Duplex.fromWeb({ readable, writable } as Parameters<typeof Duplex.fromWeb>[0], { allowHalfOpen: true })
}
