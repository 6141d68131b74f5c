/** Measures all peers at one workload over one link, alternating, so that a slow minute of the machine affects each of them. */
import type { Peer } from './peers/peer.ts'
import type { Cell } from './results.ts'
import { figure } from './results.ts'
import { prepareFiles, type Server } from './server.ts'
import type { Sample, Target } from './types.ts'
import type { Workload } from './workloads/workload.ts'

export interface Round {
  readonly workload: Workload
  readonly link: { readonly name: string, readonly target: Target, readonly enter: readonly string[] }
  readonly variant: string
  readonly bytes: number
  readonly count: number
  readonly rounds: number
}

export type Choice = { readonly peer: Peer, readonly cipher: string | undefined }

/** Unit of all amounts of data: 32 channels with a block of 128 KiB each. */
const GRAIN = 4 << 20

export function amount(bytes: number, scale: number): number {
  return Math.max(GRAIN, Math.round(bytes * scale / GRAIN) * GRAIN)
}

export async function measure(server: Server, round: Round, choices: readonly Choice[], say: (line: string) => void): Promise<Cell[]> {
  const { workload, link, variant, bytes, count, rounds } = round
  const found = choices.map(({ peer, cipher }) => ({ peer, cipher, samples: [] as Sample[], error: undefined as string | undefined }))
  for (let i = 0; i < rounds; i++) {
    for (let j = 0; j < found.length; j++) {
      const entry = found[(i + j) % found.length]!
      if (entry.error !== undefined) continue
      const { peer, cipher } = entry
      prepareFiles(server, workload.name, bytes, count)
      const label = `${workload.name} ${link.name} ${variant} ${peer.name} ${cipher ?? ''}`
      try {
        const job = { workload: workload.name, target: link.target, cipher, bytes, count, remote: server.remote, local: server.local }
        const [run, served] = await server.cpu.during(async () => {
          const start = performance.now()
          return { ...await peer.run(job, link.enter), elapsed: (performance.now() - start) / 1000 }
        })
        const sample: Sample = served === undefined ? run : { ...run, server: served }
        entry.samples.push(sample)
        say(`${label}: ${figure(workload, round, sample).toPrecision(4)} ${workload.unit}, ${sample.cpu.toFixed(2)} s CPU, ${(sample.memory / 1e6).toFixed(0)} MB`)
      } catch (error) {
        entry.error = (error as Error).message
        say(`${label}: failed: ${entry.error}`)
      }
    }
  }
  return found.map(({ peer, cipher, samples, error }) => ({
    workload: workload.name, link: link.name, peer: peer.name, cipher, variant, bytes, count, samples, ...error === undefined ? {} : { error },
  }))
}
