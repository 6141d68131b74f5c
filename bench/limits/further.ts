/** What each further gigabyte costs: without the start of a process, the connection, and what V8 compiles at the beginning of a transfer. */
import type { Peer } from '../peers/peer.ts'
import { digits } from '../report/table.ts'
import type { Limit, Run } from './section.ts'
import { alternate, leastCpu, type Row, wanted } from './transfers.ts'

/** The larger of the two amounts, as a multiple of the smaller one, in which V8 has compiled nearly all that it will. */
export const LARGER = 4

interface Further {
  readonly small: Row
  readonly large: Row
  /** CPU seconds. */
  readonly perGigabyte: number | undefined
}

/** CPU seconds per further gigabyte, from the least of each. */
export function perFurther(large: Row, small: Row): number | undefined {
  const [most, few] = [leastCpu(large), leastCpu(small)]
  return most === undefined || few === undefined ? undefined : (most * large.bytes - few * small.bytes) / (large.bytes - small.bytes)
}

/** The same transfers with more data. @param rows with the amount of `share` 1, of these peers */
export async function further(run: Run, rows: readonly Row[], peers: readonly Peer[]): Promise<Further[]> {
  const small = peers.map(({ name }) => rows.find(({ peer }) => peer === name)!)
  const large = await alternate(run, { workload: rows[0]!.workload, contenders: small.map(({ title }, at) => ({ title, peer: peers[at]! })), share: LARGER })
  return large.map((row, at) => ({ small: small[at]!, large: row, perGigabyte: perFurther(row, small[at]!) }))
}

/** What the amount of `share` 1 would cost, if all that does not grow with the amount cost what it costs the other. */
export function sameStart(found: readonly Further[], ours: string, theirs: string): Limit {
  const [here, there] = [ours, theirs].map((name) => found.find(({ small }) => small.peer === name)!) as [Further, Further]
  const cpu = leastCpu(there.small)
  return {
    target: wanted(here.small.workload, ours, theirs, true), cells: [here.small, there.small],
    ratio: cpu && here.perGigabyte && there.perGigabyte && 1 + (here.perGigabyte - there.perGigabyte) / cpu,
    if: 'start, connection and what V8 compiles at the beginning cost what they cost npm ssh2',
  }
}

export function furtherTable(contests: readonly (readonly Further[])[], theirs: string): string {
  return [
    '| | CPU s per further GB | beside npm ssh2 | all else, s per process |', '|---|--:|--:|--:|',
    ...contests.flatMap((found) => {
      const per = found.find(({ small }) => small.peer === theirs)?.perGigabyte
      return found.map(({ small, large, perGigabyte }) => {
        if (perGigabyte === undefined) return `| ${small.title} | ${large.error ?? small.error ?? 'not run'} | | |`
        const once = ((leastCpu(small) ?? 0) - perGigabyte) * small.bytes / 1e9
        return `| ${small.title} | ${digits(perGigabyte)} | ${per === undefined ? '' : `${digits(perGigabyte / per)} x`} | ${digits(once)} |`
      })
    }), '',
  ].join('\n')
}
