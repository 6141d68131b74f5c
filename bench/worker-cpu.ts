/// CPU and memory of a running workerd. The platform bills the thread that runs the Worker; the others compile and collect garbage.
import { readdirSync, readFileSync } from 'node:fs'

export interface Cpu {
  /** Milliseconds of the thread that has used most. */
  readonly main: number
  /** Of all threads. */
  readonly all: number
}

/** What a process has used so far. */
export function cpuOf(pid: number): Cpu {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6)
  return { main: Math.max(...threads), all: threads.reduce((sum, one) => sum + one, 0) }
}

/** What it has used since then, divided by `share`. */
export function since(pid: number, before: Cpu, share: number): Cpu {
  const now = cpuOf(pid)
  return { main: (now.main - before.main) / share, all: (now.all - before.all) / share }
}

/** What `work` costs, divided by `share`. */
export async function cost(pid: number, share: number, work: () => Promise<void>): Promise<Cpu> {
  const before = cpuOf(pid)
  await work()
  return since(pid, before, share)
}

/** Of each figure the least. */
export const least = (rounds: readonly Cpu[]): Cpu => ({ main: Math.min(...rounds.map(({ main }) => main)), all: Math.min(...rounds.map(({ all }) => all)) })

/** Resident bytes. */
export const residentOf = (pid: number): number => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024

/** The most that it has been so far. */
export const peakOf = (pid: number): number => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
