/**
 * `npm run bench:edge:split`: where the CPU of a request of examples/edge-kit/run-command goes. It measures Workers that stop at one stage each; a part is what a stage
 * adds to an earlier one. The kernel counts the CPU of each thread: the platform bills that of the thread that runs the Worker, the others compile and collect.
 */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { startEdgeWorker } from '../../test/edge-kit/rig.ts'
import { startSshd } from '../../test/support/sshd.ts'
import { temporaryDirectory } from '../../test/support/temporary.ts'
import { cost, type Cpu, least } from '../worker-cpu.ts'
import { splitModules } from './modules.ts'

const WARM = 60
const ROUNDS = 5
const REQUESTS = 40

/** The stage, what it adds to which other one, and to how many of these. */
const PARTS = [
  ['request', 'an HTTP request that does nothing', undefined, 1],
  ['socket', 'TCP connection, server\'s banner, close', 'request', 1],
  ['echo', 'TCP connection and one message there and back, close', 'request', 1],
  ['echoes', 'each further message there and back', 'echo', 10],
  ['instance', 'WebAssembly instance', 'request', 1],
  ['key', 'reading and checking the private key', 'request', 1],
  ['sign', 'one more signature', 'key', 1],
  ['handshake', 'key exchange, host key\'s signature, with socket and instance', 'request', 1],
  ['connect', 'known_hosts, authentication with the key, close', 'handshake', 1],
  ['command', 'the first command, with its output', 'connect', 1],
  ['commands', 'each further command', 'command', 10],
] as const

const kex = process.argv[2]
const exchange = kex === undefined ? {} : { config: [`KexAlgorithms ${kex}`] }

/** Milliseconds of CPU per request, the least of the rounds. */
async function measure(modules: readonly string[], stage: string): Promise<Cpu> {
  await using server = await startSshd(exchange)
  const echo = createServer((socket) => { socket.on('error', () => {}).pipe(socket) }).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  await using worker = await startEdgeWorker(modules, server, { ECHO_PORT: String((echo.address() as AddressInfo).port) })
  const send = (count: number) => cost(worker.pid, count, async () => {
    for (let at = 0; at < count; at++) {
      const response = await fetch(`${worker.url}/${stage}`, { method: 'POST' })
      if (await response.text() !== 'done') throw new Error(`${stage}: ${worker.log()}`)
    }
  })
  await send(WARM)
  const rounds = []
  for (let round = 0; round < ROUNDS; round++) rounds.push(await send(REQUESTS))
  echo.close()
  return least(rounds)
}

const folder = temporaryDirectory('bench-edge-split')
const modules = await splitModules(folder)
const measured = new Map<string, Cpu>()
console.log(`${kex ?? 'the default key exchange'}: milliseconds of CPU, the least of ${ROUNDS} rounds of ${REQUESTS} requests\n`)
console.log('| part | the Worker\'s thread | all threads |\n|---|--:|--:|')
for (const [stage, part, than, times] of PARTS) {
  const own = await measure(modules, stage)
  measured.set(stage, own)
  const other = than === undefined ? { main: 0, all: 0 } : measured.get(than) ?? { main: 0, all: 0 }
  console.log(`| ${part} | ${((own.main - other.main) / times).toFixed(2)} | ${((own.all - other.all) / times).toFixed(2)} |`)
}
const { main, all } = measured.get('command') ?? { main: 0, all: 0 }
console.log(`| **request, connection, key and one command** | **${main.toFixed(2)}** | **${all.toFixed(2)}** |`)
