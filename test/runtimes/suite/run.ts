import { authentication } from './authentication.ts'
import type { Case, Environment, Host, Target } from './case.ts'
import { within } from './check.ts'
import { commands } from './commands.ts'
import { connections } from './connections.ts'
import { ends } from './ends.ts'
import { hostKeys } from './host-keys.ts'
import { measure, type Measurements } from './measure.ts'
import { sftp } from './sftp.ts'
import { transports } from './transports.ts'

export const cases: readonly Case[] = [...commands, ...hostKeys, ...authentication, ...sftp, ...ends, ...connections, ...transports]

export interface CaseResult {
  readonly name: string
  readonly status: 'passed' | 'failed' | 'skipped'
  /** Of what failed or was skipped. */
  readonly reason?: string
  readonly milliseconds: number
}

/** What a host sends when all cases are through. */
export interface End {
  readonly route?: Host['route']
  readonly measurements?: Measurements
  readonly problem?: string
}

const LIMIT = 60_000

/** Runs everything, one case after another, and tells the controller. Hosts call it. */
export async function runSuite(host: Host): Promise<void> {
  const { controller, route } = host
  const tell = (path: string, message: CaseResult | End) => fetch(`${controller}/${path}`, { method: 'POST', body: JSON.stringify(message) })
  try {
    const environment = await (await fetch(`${controller}/environment`)).json() as Environment
    const target: Target = { ...host, environment }
    for (const one of cases) await tell('result', await outcome(one, target))
    await tell('end', { route, measurements: await within(LIMIT, measure(target)) })
  } catch (error) {
    await tell('end', { problem: describe(error) })
  }
}

async function outcome({ name, lacks, run }: Case, target: Target): Promise<CaseResult> {
  const start = performance.now()
  const result = (status: CaseResult['status'], reason?: string): CaseResult => ({ name, status, milliseconds: Math.round(performance.now() - start), ...reason && { reason } })
  try {
    const lack = await lacks?.(target)
    if (lack) return result('skipped', lack)
    await within(LIMIT, run(target))
    return result('passed')
  } catch (error) {
    return result('failed', describe(error))
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code = '' } = error as { code?: string | number }
  return `${error.name} ${code}: ${error.message}\n${error.stack ?? ''}${error.cause ? `\ncause: ${describe(error.cause)}` : ''}`
}
