import { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Client } from '../../client/client.ts'
import type { Transport } from '../../runtime/transport.ts'
import type { ForwardEnd } from '../../openssh/forward-spec.ts'

/** `-W`: connects standard input and output to an address that the server connects to. Ends when the other end has closed and all data has arrived. */
export async function forwardStdio(client: Client, place: ForwardEnd): Promise<number> {
  return relayStdio('path' in place ? await client.openUnix(place.path) : await client.openTcp(place.host ?? 'localhost', place.port))
}

/** Connects standard input and output to a stream. Ends like `forwardStdio`. */
export async function relayStdio(stream: Pick<Transport, 'readable' | 'writable'>): Promise<number> {
  const duplex = Duplex.fromWeb(stream as unknown as Parameters<typeof Duplex.fromWeb>[0])
  const sending = pipeline(process.stdin, duplex).catch(() => {})
  try {
    await pipeline(duplex, process.stdout, { end: false })
  } catch (error) {
    // Nobody reads the output any more.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  }
  process.stdin.destroy()
  await sending
  return 0
}
