import { randomBytes } from 'node:crypto'
import { type Client, connect, Instance } from 'libssh2-wasm'
import { type Done, sleep, type Soaking } from '../job.ts'

/** Connections being made at a time: servers are slower than this. */
const AT_ONCE = 20
/** Milliseconds between two messages of a session, and bytes of one. */
const PAUSE = 5000
const MESSAGE = 2048

interface Talk {
  readonly client: Client
  messages: number
  readonly ended: Promise<void>
}

/** A `cat` on the server that says everything again until `until`, which is looked at after each pause. */
async function talk(client: Client, until: () => boolean, count: () => void): Promise<void> {
  const cat = await client.exec('exec cat')
  const [writer, reader] = [cat.stdin.getWriter(), cat.stdout.getReader()]
  while (!until()) {
    const message = randomBytes(MESSAGE)
    const [, answer] = await Promise.all([writer.write(message), readExactly(reader, MESSAGE)])
    if (!message.equals(answer)) throw new Error('a session answered something else')
    count()
    await sleep(PAUSE)
  }
  await writer.close()
  await cat.exit
}

async function readExactly(reader: ReadableStreamDefaultReader<Uint8Array>, length: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for (let count = 0; count < length;) {
    const { done, value } = await reader.read()
    if (done) throw new Error('a session ended too early')
    parts.push(value)
    count += value.length
  }
  return Buffer.concat(parts)
}

/** Many sessions that live for minutes, with keepalives, a channel each and something to say now and then. */
export async function atOnce({ job, options, sampler }: Soaking): Promise<Done> {
  const shared = job.name === 'at-once-shared' ? await Instance.create() : undefined
  const talks: Talk[] = []
  const start = performance.now()
  let over = false
  let left = job.amount
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (left-- > 0) {
      const client = await connect({ ...options, keepalive: { interval: 10_000, countMax: 12 }, ...shared ? { instance: shared } : {} })
      const one: Talk = { client, messages: 0, ended: talk(client, () => over, () => { one.messages++ }) }
      one.ended.catch(() => {})
      talks.push(one)
    }
  }))
  const connected = (performance.now() - start) / 1000
  sampler.watch(() => shared?.heap.size ?? talks.reduce((sum, { client }) => sum + client.session.instance.heap.size, 0))
  for (const end = performance.now() + job.minutes * 60_000; performance.now() < end; await sleep(100)) sampler.tick()
  const alive = talks.filter(({ client }) => client.session.failure === undefined).length
  over = true
  await Promise.all(talks.map(({ ended }) => ended))
  await Promise.all(talks.map(({ client }) => client.close()))
  return { sessions: job.amount, 'alive at the end': alive, 'messages said and heard': talks.reduce((sum, { messages }) => sum + messages, 0), 'seconds to connect all': Math.round(connected) }
}
