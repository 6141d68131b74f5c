/// The CPU of requests to Workers, measured so that it can be compared: much less than a tenth of a millisecond is more than the noise.
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { startEdgeWorker } from '../../test/edge-kit/rig.ts'
import { startSshd } from '../../test/support/sshd.ts'
import type { Workerd } from '../../test/support/workerd.ts'
import { median } from '../results.ts'
import { type Cpu, cpuOf, least, since } from '../worker-cpu.ts'

export interface Plan {
  /** The modules of each Worker that is compared. */
  readonly workers: readonly (readonly string[])[]
  /** What is requested of each. */
  readonly requests: Readonly<Record<string, (worker: Workerd) => Promise<void>>>
  /** Of the server; by default all that it has. */
  readonly kex: string | undefined
  /** V8 compiles the same code differently in each process. */
  readonly processes: number
  readonly rounds: number
  /** Requests in each round, one after another. */
  readonly share: number
  /** Rounds before those: meanwhile V8 compiles what is often used. */
  readonly warm: number
}

export interface Figure {
  readonly least: Cpu
  readonly median: Cpu
}

/**
 * Milliseconds of CPU per request, for each Worker and each request. The kernel counts the nanoseconds of each thread. In each round every Worker gets every request, and
 * Workers that are compared take turns from request to request, so that other work on the machine affects all of them; the first rounds only warm up.
 */
export async function measureRequests({ workers, requests, kex, processes, rounds, share, warm }: Plan): Promise<Record<string, Figure>[]> {
  const names = Object.keys(requests)
  const costs = workers.map(() => new Map(names.map((name): [string, Cpu[]] => [name, []])))
  const echo = createServer((socket) => { socket.on('error', () => {}).pipe(socket) }).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  for (let process = 0; process < processes; process++) {
    await using server = await startSshd(kex === undefined ? {} : { config: [`KexAlgorithms ${kex}`] })
    const running: Workerd[] = []
    try {
      for (const modules of workers) running.push(await startEdgeWorker(modules, server, { ECHO_PORT: String((echo.address() as AddressInfo).port) }))
      for (let round = -warm; round < rounds; round++) {
        for (const [name, request] of Object.entries(requests)) {
          const before = running.map(({ pid }) => cpuOf(pid))
          for (let count = 0; count < share; count++) for (const worker of running) await request(worker)
          if (round < 0) continue
          for (const [at, { pid }] of running.entries()) costs[at]!.get(name)!.push(since(pid, before[at]!, share))
        }
      }
    } finally {
      for (const worker of running) await worker.stop()
    }
  }
  echo.close()
  return costs.map((ofWorker) => Object.fromEntries([...ofWorker].map(([name, all]) => [name, { least: least(all), median: { main: median(all.map(({ main }) => main)), all: median(all.map((one) => one.all)) } }])))
}
