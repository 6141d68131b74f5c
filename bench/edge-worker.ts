/**
 * `npm run bench:edge`: CPU of workerd for one request of the Worker of examples/edge-kit/run-command, which connects, checks the host key, logs in by a key, runs a command and
 * streams its output. The platform counts a request's CPU; here it is all of the process, with its network and its other threads.
 */
import { readFileSync } from 'node:fs'
import { bundleEdgeWorker, outputOf, run, startEdgeWorker } from '../test/edge-kit/rig.ts'
import { temporaryDirectory } from '../test/support/temporary.ts'
import { startSshd } from '../test/support/sshd.ts'

const WARM = 10
const ROUNDS = 6
const REQUESTS = 20
/** Of `/proc/PID/stat`: clock ticks of 10 ms. */
const TICK = 10

/** Milliseconds of user and system time of a process so far. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK
}

const kex = process.argv[2]
await using server = await startSshd(kex === undefined ? {} : { config: [`KexAlgorithms ${kex}`] })
await using worker = await startEdgeWorker(await bundleEdgeWorker(temporaryDirectory('bench-edge')), server)

async function perRequest(requests: number): Promise<number> {
  const before = cpuOf(worker.pid)
  for (let at = 0; at < requests; at++) {
    const { stdout } = await outputOf(await run(worker, 'hello'))
    if (stdout !== 'hello\n') throw new Error(`the Worker says ${JSON.stringify(stdout)}`)
  }
  return (cpuOf(worker.pid) - before) / requests
}

const first = await perRequest(1)
await perRequest(WARM)
const rounds: number[] = []
for (let round = 0; round < ROUNDS; round++) rounds.push(await perRequest(REQUESTS))
console.log(`${kex ?? 'the default key exchange'}: ${Math.min(...rounds).toFixed(1)} ms of CPU a request (least of ${ROUNDS} rounds of ${REQUESTS}: ${rounds.map((one) => one.toFixed(1)).join(', ')}), the first one ${first} ms`)
