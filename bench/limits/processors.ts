/** The limit that the machine sets: client and server share its processors. */
import { availableParallelism } from 'node:os'
import type { Limit } from './section.ts'
import { bothCpu, rate, type Row, wanted } from './transfers.ts'

/** The rate of ours at which both sides would take all processors all the time, against the rate of theirs. */
export function processors(rows: readonly Row[], theirs: string): Limit {
  const [here, there] = ['ours', theirs].map((name) => rows.find(({ peer }) => peer === name)!) as [Row, Row]
  const [both, reached] = [bothCpu(here), rate(there)]
  return {
    target: wanted(here.workload, 'ours', theirs, false), cells: [here, there], ratio: both && reached && availableParallelism() * 1000 / both / reached,
    if: `this library's client and its server used all ${availableParallelism()} processors all the time`,
  }
}
