import { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Client } from '../../client/client.ts'
import type { ForwardEnd } from '../../openssh/forward-spec.ts'

/** `-W`: standard input and output go to a place that the server connects to. Ends when it has closed its side and all has arrived. */
export async function forwardStdio(client: Client, place: ForwardEnd): Promise<number> {
  const stream = 'path' in place ? await client.openUnix(place.path) : await client.openTcp(place.host ?? 'localhost', place.port)
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
