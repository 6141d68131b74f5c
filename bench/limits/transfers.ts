/** Whole client processes that do the same, alternating, and their table. */
import { availableParallelism } from 'node:os'
import { amount, measure } from '../measure.ts'
import { CIPHERS, type Peer } from '../peers/peer.ts'
import { digits } from '../report/table.ts'
import { type Target, targets } from '../report/targets.ts'
import { type Cell, median, value } from '../results.ts'
import type { Server } from '../server.ts'
import type { Sample } from '../types.ts'
import { workloads } from '../workloads/all.ts'
import { exactly } from './exact-cpu.ts'
import type { Run } from './section.ts'

const GCM: string = CIPHERS[0]

export interface Contender {
  readonly title: string
  readonly peer: Peer
  /** aes128-gcm if none is named: what both libraries prefer. */
  readonly cipher?: string
}

export interface Contest {
  readonly workload: string
  readonly contenders: readonly Contender[]
  /** Of the workload's full amount, beside the run's own share. */
  readonly share?: number
  /** In the place of that amount. */
  readonly bytes?: number
  readonly server?: Server
}

export interface Row extends Cell {
  readonly title: string
}

export const workloadOf = (name: string) => workloads.find((each) => each.name === name)!

/** The bytes of the same transfer without data: one for each channel or file. */
export const withoutData = (name: string) => workloadOf(name).count ?? 1

/** One row for each contender, in their order. */
export async function alternate(run: Run, { workload: name, contenders, share = 1, bytes, server = run.server }: Contest): Promise<Row[]> {
  const workload = workloadOf(name)
  const { count = 1 } = workload
  const round = {
    workload, variant: 'best', rounds: run.rounds, link: { name: 'loopback', target: server.target, enter: [] },
    bytes: bytes ?? amount(workload.bytes ?? 0, share * run.share), count: workload.unit === 'files/s' ? Math.max(50, Math.round(count * share * run.share)) : count,
  }
  const cells = await measure(server, round, contenders.map(({ peer, cipher = GCM }) => ({ peer: exactly(peer), cipher })), run.say)
  return cells.map((cell, at) => ({ ...cell, title: contenders[at]!.title }))
}

/** Gigabytes, thousands of files, or connections: what CPU is told per. */
function amountOf({ workload, bytes, count }: Cell): number {
  const { unit } = workloadOf(workload)
  return unit === 'MB/s' ? bytes / 1e9 : unit === 'files/s' ? count / 1000 : count
}

const of = (cell: Cell, figure: (sample: Sample) => number | undefined) => cell.samples.flatMap((sample) => figure(sample) ?? [])
const client = ({ cpu }: Sample) => cpu
/** A server that took nothing was not measured. */
const served = ({ server }: Sample) => server || undefined

/** CPU seconds of the client per gigabyte, thousand files or connection, in the round that took the least; `undefined` if it failed. */
export const leastCpu = (cell: Cell | undefined) => (cell && cell.samples.length > 0 ? Math.min(...of(cell, client)) / amountOf(cell) : undefined)

/** The rows of these peers, in their order. */
export const rowsOf = <P extends readonly string[]>(rows: readonly Row[], ...peers: P) => peers.map((name) => rows.find(({ peer }) => peer === name)!) as { [at in keyof P]: Row }

export const rate = (cell: Cell | undefined) => cell && value(workloadOf(cell.workload), cell)

const use = ({ cpu, server, elapsed }: Sample) => (!server || elapsed === undefined ? undefined : (cpu + server) / elapsed / availableParallelism())

const medianOf = (list: readonly number[], scale: number) => (list.length > 0 ? digits(median(list) * scale) : '')

/** How much of all processors both sides used, from the start of the client's process to its end: 1 is all. */
export function processorsUsed(cell: Cell): number | undefined {
  const shares = of(cell, use)
  return shares.length > 0 ? median(shares) : undefined
}

const percent = (share: number | undefined) => (share === undefined ? '' : `${digits(share * 100)} %`)

/** A table for workloads with one unit. */
export function transferTable(rows: readonly Row[]): string {
  const { unit } = workloadOf(rows[0]!.workload)
  const [per, scale] = unit === 'MB/s' ? ['s/GB', 1] : unit === 'files/s' ? ['s/1,000 files', 1] : ['ms/connection', 1000]
  return [
    `| | client CPU ${per}, least | median | server CPU ${per} | ${unit} | processors used |`, '|---|--:|--:|--:|--:|--:|',
    ...rows.map((row) => {
      const each = scale / amountOf(row)
      if (row.samples.length === 0) return `| ${row.title} | ${row.error ?? 'not run'} | | | | |`
      return `| ${row.title} | ${digits((leastCpu(row) ?? 0) * scale)} | ${medianOf(of(row, client), each)} | ${medianOf(of(row, served), each)} | ${digits(rate(row) ?? 0)} | ${percent(processorsUsed(row))} |`
    }), '',
  ].join('\n')
}

/** The wanted ratio of these two. @param cpu that of CPU time instead of the rate */
export function wanted(workload: string, ours: string, theirs: string, cpu: boolean): Target {
  const found = targets.find((each) => each.workload === workload && each.ours === ours && each.theirs === theirs && (each.mostCpu !== undefined) === cpu && (each.link ?? 'loopback') === 'loopback')
  if (!found) throw new Error(`nothing is wanted of ${workload}, ${ours} against ${theirs}`)
  return found
}
