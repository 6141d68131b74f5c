/** Samples of Linux's `perf` (package linux-perf) with whole stacks, of processes that run V8 with `PERF_FLAGS`. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'

/** V8's names of what it compiles, for `perf`. */
export const PERF_FLAGS = ['--perf-basic-prof', '--interpreted-frames-native-stack'] as const

export interface Sample {
  readonly pid: string
  readonly thread: string
  readonly kernel: boolean
  /** The functions that are running, the innermost first. */
  readonly stack: readonly string[]
}

/** A kind of code, and whether a sample is of it. The first that matches is the sample's. */
export type Kinds = readonly (readonly [name: string, matches: (sample: Sample) => boolean])[]

export interface Recording {
  /** Ends it. @throws Error if nothing was sampled */
  stop(): Promise<readonly Sample[]>
}

/** Resolves when samples are taken. @param rate samples per second @param data where perf keeps them */
export async function record(pids: readonly number[], rate: number, data: string): Promise<Recording> {
  const perf = spawn('perf', ['record', '--quiet', '-F', String(rate), '-g', '-o', data, '-p', pids.join(','), '--control', 'fd:3,4'], { stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe'] })
  perf.stdio[3]!.on('error', () => {})
  const enabled = once(perf.stdio[4]!, 'data')
  ;(perf.stdio[3] as NodeJS.WritableStream).write('enable\n')
  await enabled
  return {
    async stop() {
      perf.kill('SIGINT')
      await once(perf, 'exit')
      return samplesIn(data)
    },
  }
}

/** What `perf record` has written to a file. @throws Error if nothing was sampled */
export function samplesIn(data: string): Sample[] {
  const samples = read(data)
  if (samples.length === 0) throw new Error('perf gave no samples')
  return samples
}

function read(data: string): Sample[] {
  return spawnSync('perf', ['script', '-i', data, '-F', 'comm,pid,ip,sym,dso'], { encoding: 'utf8', maxBuffer: 1 << 30 }).stdout.split('\n\n').flatMap((text): Sample[] => {
    const [first = '', ...frames] = text.trim().split('\n')
    const [, thread = '', pid = ''] = /^(.*?)\s+(\d+)\s*$/.exec(first) ?? []
    if (frames.length === 0) return []
    return [{ pid, thread, kernel: frames[0]!.includes('[kernel'), stack: frames.map((frame) => frame.trim().replace(/^[0-9a-f]+ /, '')) }]
  })
}

export const kindOf = (kinds: Kinds, sample: Sample): string => kinds.find(([, matches]) => matches(sample))![0]

/** How many samples have each value, the most frequent first. */
export function counted(samples: readonly Sample[], of: (sample: Sample) => string): readonly (readonly [value: string, count: number])[] {
  const counts = new Map<string, number>()
  for (const each of samples) counts.set(of(each), (counts.get(of(each)) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)
}
