/**
 * `node delay-proxy.js MILLISECONDS PORT...`: for each port of 127.0.0.1 opens another one, behind a link with that delay in each direction
 * and any rate. Prints their numbers; ends with stdin.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

const [, , delay = '0', ...ports] = process.argv

/** The most bytes that the link holds in one direction: more than any client has in flight. */
const HOLDS = 256 << 20

function carry(from: Socket, to: Socket): void {
  const queue: { due: number, chunk: Buffer | undefined }[] = []
  let held = 0
  let timer: NodeJS.Timeout | undefined
  const deliver = () => {
    timer = undefined
    while (queue.length > 0) {
      const wait = queue[0]!.due - performance.now()
      // Node's timers have whole milliseconds; the rest is waited for here.
      if (wait > 1) {
        timer = setTimeout(deliver, wait - 1)
        return
      }
      if (wait > 0) {
        setImmediate(deliver)
        return
      }
      const { chunk } = queue.shift()!
      if (chunk === undefined) to.end()
      else {
        held -= chunk.length
        if (!to.destroyed) to.write(chunk)
      }
    }
    if (held < HOLDS) from.resume()
  }
  const put = (chunk: Buffer | undefined) => {
    queue.push({ due: performance.now() + Number(delay), chunk })
    held += chunk?.length ?? 0
    if (held >= HOLDS) from.pause()
    if (queue.length === 1 && timer === undefined) deliver()
  }
  from.on('data', put).once('end', () => put(undefined)).once('error', () => to.destroy()).once('close', () => setTimeout(() => to.destroy(), 2 * Number(delay) + 100))
}

const numbers = await Promise.all(ports.map(async (port) => {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const target = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    carry(client, target)
    carry(target, client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}))
console.log(JSON.stringify(numbers))
process.stdin.resume().once('end', () => process.exit(0))
