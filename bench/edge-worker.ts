/**
 * `npm run bench:edge -- [KEX…] [--against TREE]`: CPU of workerd for one request of the Worker of examples/edge-kit/run-command, which connects, checks the host key, logs in by a
 * key, runs a command and streams its output. Without KEX: OpenSSH's own choice, which is post-quantum, and
 * curve25519-sha256. With --against, the same with the build of another tree, alternating with this one's.
 */
import { parseArgs } from 'node:util'
import { outputOf, run } from '../test/edge-kit/rig.ts'
import { measureRequests } from './edge-split/rounds.ts'
import { comparedModules } from './edge-split/modules.ts'

const { values: { against }, positionals } = parseArgs({ allowPositionals: true, options: { against: { type: 'string' } } })
const [PROCESSES, WARM, ROUNDS, REQUESTS] = [3, 4, 10, 40]

const { trees, workers } = await comparedModules(against, 'examples/edge-kit/run-command/worker.ts')

console.log(`milliseconds of CPU a request, of ${PROCESSES} processes with ${ROUNDS} rounds of ${REQUESTS} requests, after a warm-up\n`)
console.log('| key exchange | tree | the Worker\'s thread: least | median | all threads: least | median |\n|---|---|--:|--:|--:|--:|')
for (const kex of positionals.length > 0 ? positionals : [undefined, 'curve25519-sha256']) {
  const measured = await measureRequests({ workers, kex, processes: PROCESSES, warm: WARM, rounds: ROUNDS, share: REQUESTS, requests: {
    async command(worker) {
      const { stdout } = await outputOf(await run(worker, 'hello'))
      if (stdout !== 'hello\n') throw new Error(`the Worker says ${JSON.stringify(stdout)}`)
    },
  } })
  for (const [at, { command }] of measured.entries()) {
    const { least, median } = command!
    console.log(`| ${kex ?? 'the server\'s choice'} | ${trees[at]} | ${[least.main, median.main, least.all, median.all].map((one) => one.toFixed(2)).join(' | ')} |`)
  }
}
