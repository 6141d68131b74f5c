import { readdirSync, readlinkSync } from 'node:fs'
import { expect } from 'vitest'
import { descendants } from './process.ts'

/** Resources that a program holds while it runs and has to release. */
export interface Holdings {
  /** Bytes allocated in the linear memory of the watched instance; 0 without one. */
  readonly heapBytes: number
  /** Open file descriptors by kind, as `socket` or `pipe`; none where there is no /proc. */
  readonly descriptors: Readonly<Record<string, number>>
  /** Child processes and their descendants. */
  readonly children: number
  /** The handles that keep the event loop alive, by kind, e.g. `TCPSocketWrap` or `Timeout`. */
  readonly handles: Readonly<Record<string, number>>
}

export interface LeakOptions {
  /** The instance whose linear memory is watched. The scenario must use it for its sessions. */
  readonly instance?: { heapUsed(): number }
  /** Times that the scenario runs after the warm-up; default 10. */
  readonly rounds?: number
  /** Time for sockets and processes to be gone; default 3000 ms. */
  readonly settleMs?: number
}

export function holdings(instance?: { heapUsed(): number }): Holdings {
  return {
    heapBytes: instance?.heapUsed() ?? 0,
    descriptors: count(openDescriptors()),
    children: descendants(process.pid).length,
    handles: count(process.getActiveResourcesInfo().filter((kind) => !transient.has(kind))),
  }
}

// They belong to work that the test runner does between its own processes.
const transient = new Set(['Immediate', 'Timeout', 'PipeWrap', 'FSReqCallback', 'FSReqPromise', 'MessagePort', 'TickObject'])

/**
 * Runs a scenario many times and fails if it holds more afterwards than after the first time.
 * The first run is the warm-up: it loads modules and fills caches that stay on purpose.
 */
export async function expectNoLeak(scenario: (round: number) => Promise<void>, options: LeakOptions = {}): Promise<void> {
  const rounds = options.rounds ?? 10
  await scenario(0)
  const before = await settled(options)
  for (let round = 1; round <= rounds; round++) await scenario(round)
  await expect.poll(() => more(holdings(options.instance), before), { timeout: options.settleMs ?? 15_000, message: `held after ${rounds} rounds` }).toEqual({})
}

/** What there is more of than before. Less is no leak: what ended late was still there when the first round was over. */
function more(now: Holdings, before: Holdings): Record<string, string> {
  const flat = ({ heapBytes, children, descriptors, handles }: Holdings): [string, number][] => [['heapBytes', heapBytes], ['children', children], ...Object.entries(descriptors), ...Object.entries(handles)]
  const then = new Map(flat(before))
  return Object.fromEntries(flat(now).filter(([kind, count]) => count > (then.get(kind) ?? 0)).map(([kind, count]) => [kind, `${then.get(kind) ?? 0}, now ${count}`]))
}

/** Holdings that have not changed for 300 ms: sockets and processes disappear a little after they are closed. */
async function settled({ instance, settleMs = 3000 }: LeakOptions): Promise<Holdings> {
  const end = Date.now() + settleMs
  for (let last = holdings(instance); ; ) {
    await new Promise((resolve) => setTimeout(resolve, 300))
    const now = holdings(instance)
    if (JSON.stringify(now) === JSON.stringify(last) || Date.now() > end) return now
    last = now
  }
}

function openDescriptors(): string[] {
  let names: string[]
  try {
    names = readdirSync('/proc/self/fd')
  } catch {
    return []
  }
  return names.flatMap((name) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${name}`)
      return target === `/proc/${process.pid}/fd` ? [] : [target.replace(/:\[\d+\]$/, '')]
    } catch {
      // It was the descriptor of the listing itself.
      return []
    }
  })
}

function count(kinds: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const kind of [...kinds].sort()) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}
