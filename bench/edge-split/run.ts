/**
 * `npm run bench:edge:split -- [KEX] [--against TREE]`: where the CPU of a request of examples/edge-kit/run-command goes. It measures requests that stop at one stage each; a part
 * is what a stage adds to an earlier one. The platform bills the thread that runs the Worker, the others compile and collect. With --against, another tree's build has the
 * columns in front of this one's.
 */
import { parseArgs } from 'node:util'
import type { Workerd } from '../../test/support/workerd.ts'
import { comparedModules } from './modules.ts'
import { type Figure, measureRequests } from './rounds.ts'

const { values: { against }, positionals: [kex] } = parseArgs({ allowPositionals: true, options: { against: { type: 'string' } } })
const [PROCESSES, WARM, ROUNDS, REQUESTS] = [2, 3, 8, 20]

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

const { trees, workers } = await comparedModules(against)
const requests = Object.fromEntries(PARTS.map(([stage]) => [stage, async (worker: Workerd) => {
  const response = await fetch(`${worker.url}/${stage}`, { method: 'POST' })
  if (await response.text() !== 'done') throw new Error(`${stage}: ${worker.log()}`)
}]))
const measured = await measureRequests({ workers, kex, processes: PROCESSES, warm: WARM, rounds: ROUNDS, share: REQUESTS, requests })

const numbers = ({ least, median }: Figure) => [least.main, median.main, least.all]
const line = (part: string, value: (figures: Record<string, Figure>) => readonly number[]) => { console.log(`| ${part} | ${measured.flatMap(value).map((one) => one.toFixed(2)).join(' | ')} |`) }
console.log(`${kex ?? 'the server\'s choice of key exchange'}: milliseconds of CPU, of ${PROCESSES} processes with ${ROUNDS} rounds of ${REQUESTS} requests${against === undefined ? '' : `; first ${against}, then this tree`}\n`)
console.log(`| part |${trees.map(() => ' the Worker\'s thread: least | median | all threads: least |').join('')}\n|---|${trees.map(() => '--:|--:|--:|').join('')}`)
for (const [stage, part, than, times] of PARTS) {
  line(part, (figures) => {
    const other = than === undefined ? [0, 0, 0] : numbers(figures[than]!)
    return numbers(figures[stage]!).map((own, at) => (own - other[at]!) / times)
  })
}
line('**request, connection, key and one command**', ({ command }) => numbers(command!))
