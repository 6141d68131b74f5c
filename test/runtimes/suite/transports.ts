/// What every transport does, as test/contract says for Node 20: here with the runtime's own sockets and WebSockets.
import { type BytePort, SSHError, type Transport } from 'libssh2-wasm'
import { connectWebSocket } from 'libssh2-wasm/websocket'
import { randomBytes, sha256 } from './bytes.ts'
import { type Case, type Target, throughGateway } from './case.ts'
import { ensure, equal, pause, rejection, within } from './check.ts'

interface Kind {
  readonly feature: string
  lacks(target: Target): string | undefined
  dial(target: Target, port: number): Promise<Transport>
}

const kinds: readonly Kind[] = [
  { feature: 'WebSocket', lacks: () => typeof WebSocket === 'function' ? undefined : 'this runtime has no WebSocket of its own', dial: throughGateway },
  { feature: 'TCP', lacks: ({ dial }) => dial ? undefined : 'this runtime has no TCP', dial: ({ dial, environment: { host } }, port) => dial!({ host, port }) },
]

/** As long as it is more than what the buffers on the way take at once. */
const LENGTH = 1_000_000

async function readAll(readable: ReadableStream<Uint8Array>, length = Infinity): Promise<Uint8Array> {
  const reader = readable.getReader()
  const chunks: Uint8Array[] = []
  let total = 0
  while (total < length) {
    const { done, value } = await reader.read()
    if (done) break
    chunks.push(value)
    total += value.length
  }
  return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer())
}

/** Everything that comes out of a port, as a stream. */
function drain(port: BytePort): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => port.start({
      data: (chunk) => controller.enqueue(chunk),
      drained: () => {},
      ended: (error) => error === undefined ? controller.close() : controller.error(error),
    }),
  })
}

const contract = ({ feature, lacks, dial }: Kind): readonly Case[] => [
  {
    feature, lacks, name: `${feature}: 1 MB comes back from an echo unchanged, as Web Streams`,
    async run(target) {
      const transport = await dial(target, target.environment.echoPort)
      const data = randomBytes(LENGTH)
      const writer = transport.writable.getWriter()
      const writing = (async () => { for (let at = 0; at < LENGTH; at += 50_000) await writer.write(data.slice(at, at + 50_000)) })()
      equal(await sha256(await readAll(transport.readable, LENGTH)), await sha256(data), 'SHA-256')
      await writing
      await transport.close?.()
    },
  },
  {
    feature, lacks, name: `${feature}: the same by its port, where it has one: takes all at once, counts it down, delivers nothing while paused`,
    async run(target) {
      const transport = await dial(target, target.environment.echoPort)
      const { port } = transport
      if (!port) return void await transport.close?.()
      let arrived = 0
      const counted = new TransformStream<Uint8Array, Uint8Array>({ transform: (chunk, controller) => { arrived += chunk.length; controller.enqueue(chunk) } })
      const received = readAll(drain(port).pipeThrough(counted), LENGTH)
      port.pause()
      const data = randomBytes(LENGTH)
      port.write(data.slice())
      await pause(200)
      // A chunk that was on its way may still come.
      ensure(arrived <= 65_536, `bytes that came while it was paused: ${arrived}`)
      port.resume()
      equal(await sha256(await received), await sha256(data), 'SHA-256')
      await within(10_000, (async () => { while (port.queued > 0) await pause(5) })())
      await port.close()
    },
  },
  {
    feature, lacks, name: `${feature}: the server's end comes once, after all of its data and without an error`,
    async run(target) {
      const transport = await dial(target, target.environment.greetingPort)
      equal((await readAll(transport.readable)).length, 100_000, 'length')
      await transport.close?.()
    },
  },
  {
    feature, lacks, name: `${feature}: closing lets go out what was written`,
    async run(target) {
      const swallowed = async () => Number(await (await fetch(`${target.controller}/swallowed`)).text())
      const before = await swallowed()
      const { writable } = await dial(target, target.environment.swallowingPort)
      const writer = writable.getWriter()
      await writer.write(randomBytes(LENGTH))
      await writer.close()
      await within(20_000, (async () => { while (await swallowed() - before < LENGTH) await pause(20) })())
      equal(await swallowed() - before, LENGTH, 'bytes that arrived')
    },
  },
]

export const transports: readonly Case[] = [
  ...kinds.flatMap(contract),
  {
    feature: 'WebSocket', lacks: kinds[0]!.lacks, name: 'WebSocket: a gateway that refuses is an SSHError',
    async run({ environment: { gateway, host, port } }) {
      // A page can see close codes, and not the status of a refused WebSocket: the gateway opens it and closes it with the reason.
      const refused = connectWebSocket(`${gateway.url}/tcp/${host}/${port}`, { protocols: ['binary', 'token.wrong'] }).then(({ readable }) => readable.getReader().read())
      const error = await rejection(SSHError, refused)
      equal(error.code, 'ERR_WEBSOCKET', 'code')
      equal(error.message.includes('4401'), true, `4401 in "${error.message}"`)
    },
  },
]
