import { within } from '../support/within.ts'
import { startController } from './controller.ts'
import type { Runtime } from './runtime.ts'
import type { Servers } from './servers.ts'
import { cases, type CaseResult, type End } from './suite/run.ts'

/** What came of the suite in one runtime. */
export interface Outcome extends End {
  readonly key: string
  readonly name: string
  readonly version: string
  readonly results: readonly CaseResult[]
  /** What went wrong beside the cases: a host that does not start, hangs, or does not end. */
  readonly problem?: string
  readonly seconds: number
}

/** Milliseconds for all cases in one runtime: many times what a busy machine needs. */
export const LIMIT = 240_000
/** Milliseconds in which a program must end after its last case. */
const LAST_WORDS = 15_000

/** Runs the suite in one runtime. Never rejects: what did not run has no result. */
export async function runIn(runtime: Runtime, servers: Servers, folder: string): Promise<Outcome> {
  const began = performance.now()
  await using controller = await startController(servers, `${folder}/web`)
  const starting = runtime.start({ folder, controller: controller.url })
  const told = async (): Promise<End> => {
    const { ended } = await starting
    const end = await Promise.race([controller.end, ...ended ? [ended.then((log) => ({ problem: `ended too early: ${log}` }))] : []])
    if (!end.problem && ended) {
      const last = await within(LAST_WORDS, `${runtime.name} after the last case`, ended)
      if (!last.startsWith('exit code 0\n')) return { ...end, problem: last }
    }
    return end
  }
  const end = await within(LIMIT, 'the suite', told()).catch((error: unknown) => ({ problem: String(error) }))
  const running = await within(LAST_WORDS, 'the start', starting).catch(() => undefined)
  await running?.stop().catch(() => {})
  const { key, name } = runtime
  return { key, name, version: running?.version ?? '', results: controller.results, ...end, seconds: Math.round((performance.now() - began) / 1000) }
}

/** What the case gave, also where it never ran. */
export function resultOf({ results, problem }: Outcome, name: string): CaseResult {
  const next = cases.find((one) => !results.some((result) => result.name === one.name))?.name
  return results.find((result) => result.name === name) ??
    { name, status: 'failed', milliseconds: 0, reason: name === next ? `did not end: ${problem}` : `did not run: "${next}" did not end` }
}
