/** The measured process: `node --expose-gc scale-client.js EXPERIMENT JSON` prints its figures as JSON. */
import { readFileSync } from 'node:fs'
import { type Client, connect, type ConnectOptions, Instance, pinned, publicKey } from 'libssh2-wasm'
import type { Target } from '../types.ts'
import { watchLoop } from './loop-delay.ts'

export interface ScaleJob {
  readonly target: Target
  readonly count: number
  /** One WebAssembly instance for all sessions. */
  readonly shared?: boolean
  readonly kex?: string
  readonly hostKey?: string
  readonly keepaliveMs?: number
  readonly idleMs?: number
  readonly bytes?: number
  /** Sent to the server, not received from it. */
  readonly up?: boolean
}

export type Figures = Readonly<Record<string, number>>

/** Connections being opened at a time: servers are slower than this. */
const AT_ONCE = 20

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const gc = (globalThis as { gc?: () => void }).gc ?? (() => {})

function options({ target: { host, port, user, keyFile, fingerprint }, kex, hostKey, keepaliveMs }: ScaleJob): ConnectOptions {
  return {
    host, port, username: user, auth: [publicKey(readFileSync(keyFile, 'utf8'))],
    hostKey: hostKey === undefined ? pinned(fingerprint) : { verify: async () => {} },
    ...kex === undefined && hostKey === undefined ? {} : { algorithms: { ...kex === undefined ? {} : { kex: [kex] }, ...hostKey === undefined ? {} : { hostKey: [hostKey] } } },
    ...keepaliveMs === undefined ? {} : { keepalive: { interval: keepaliveMs } },
  }
}

async function many(job: ScaleJob, extra: { readonly instance?: Instance } = {}): Promise<Client[]> {
  const clients: Client[] = []
  const base = { ...options(job), ...extra }
  let left = job.count
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (left-- > 0) clients.push(await connect(base))
  }))
  return clients
}

const closeAll = (clients: readonly Client[]) => Promise.all(clients.map((client) => client.close()))

async function settled(): Promise<NodeJS.MemoryUsage> {
  for (let i = 0; i < 3; i++) {
    gc()
    await sleep(100)
  }
  return process.memoryUsage()
}

/** Bytes per idle session: the growth of the process, inside and outside V8's heap. */
async function idleMemory(job: ScaleJob): Promise<Figures> {
  const own = async (): Promise<{ readonly instance?: Instance }> => job.shared ? { instance: await Instance.create() } : {}
  // Warms up with one wave, in another instance: code, the module and what V8 and malloc keep free for the next wave are not a session's.
  await closeAll(await many({ ...job, count: AT_ONCE }, await own()))
  const extra = await own()
  const before = await settled()
  const clients = await many(job, extra)
  await sleep(500)
  const after = await settled()
  const figures = {
    resident: (after.rss - before.rss) / job.count, heap: (after.heapUsed - before.heapUsed) / job.count,
    external: (after.external - before.external) / job.count, used: (extra.instance?.heapUsed() ?? 0) / job.count,
  }
  await closeAll(clients)
  return figures
}

/** Many sessions that only answer keepalives. */
async function idle(job: ScaleJob): Promise<Figures> {
  const before = await settled()
  const start = performance.now()
  const clients = await many(job)
  const connected = (performance.now() - start) / 1000
  let lost = 0
  for (const client of clients) void client.closed.then(({ expected }) => { if (!expected) lost++ })
  const after = await settled()
  const loop = watchLoop()
  const cpu = process.cpuUsage()
  const idleStart = performance.now()
  await sleep(job.idleMs ?? 10_000)
  const { user, system } = process.cpuUsage(cpu)
  const share = (user + system) / 1000 / (performance.now() - idleStart)
  const figures = { connected, resident: (after.rss - before.rss) / job.count, cpu: share, block: loop.longest() }
  const alive = job.count - lost
  loop.stop()
  await closeAll(clients)
  return { ...figures, alive }
}

/** Sessions that all download at once. */
async function active(job: ScaleJob): Promise<Figures> {
  const clients = await many(job)
  const loop = watchLoop()
  const start = performance.now()
  let total = 0
  await Promise.all(clients.map(async (client) => {
    const process_ = await client.exec(`dd if=/dev/zero bs=65536 count=${Math.ceil((job.bytes ?? 0) / 65536)} status=none`)
    for await (const chunk of process_.stdout) total += chunk.length
    await process_.exit
  }))
  const seconds = (performance.now() - start) / 1000
  const block = loop.longest()
  const memory = process.memoryUsage().rss
  loop.stop()
  await closeAll(clients)
  return { rate: total / 1e6 / seconds, block, memory }
}

const CHUNK = new Uint8Array(256 << 10)

/** The most memory of the whole process while one session moves `bytes` down, or up. */
async function moved(job: ScaleJob): Promise<Figures> {
  const client = await connect(options(job))
  const blocks = (job.bytes ?? 0) / CHUNK.length
  const process_ = await client.exec(job.up ? 'cat > /dev/null' : `dd if=/dev/zero bs=${CHUNK.length} count=${blocks} iflag=fullblock status=none`)
  const writer = process_.stdin.getWriter()
  for (let at = 0; job.up && at < blocks; at++) await writer.write(CHUNK)
  await writer.close()
  let total = 0
  for await (const chunk of process_.stdout) total += chunk.length
  const { code } = await process_.exit
  await client.close()
  if (code !== 0 || total !== (job.up ? 0 : job.bytes)) throw new Error(`${total} bytes arrived, and the command ended with ${code}`)
  return { most: process.resourceUsage().maxRSS * 1024 }
}

/** The longest block of the event loop by one connection, after another has warmed up the code; median of `count`. */
async function block(job: ScaleJob): Promise<Figures> {
  const loop = watchLoop()
  const longest: number[] = []
  for (let i = 0; i <= job.count; i++) {
    await sleep(50)
    loop.reset()
    const client = await connect(options(job))
    await sleep(20)
    longest.push(loop.longest())
    await client.close()
  }
  loop.stop()
  const first = longest.shift()!
  longest.sort((a, b) => a - b)
  return { first, median: longest[longest.length >> 1]!, worst: longest.at(-1)! }
}

/** All at once. */
async function storm(job: ScaleJob): Promise<Figures> {
  await (await connect(options(job))).close()
  const loop = watchLoop()
  const start = performance.now()
  const clients = await Promise.all(Array.from({ length: job.count }, () => connect(options(job))))
  const seconds = (performance.now() - start) / 1000
  const longest = loop.longest()
  loop.stop()
  await closeAll(clients)
  return { seconds, block: longest }
}

const experiments: Record<string, (job: ScaleJob) => Promise<Figures>> = { idleMemory, idle, active, moved, block, storm }
const [, , name = '', text = ''] = process.argv
const figures = await experiments[name]!(JSON.parse(text) as ScaleJob)
await new Promise((resolve) => process.stdout.write(JSON.stringify(figures), resolve))
process.exit(0)
