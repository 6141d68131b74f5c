/** The limit that the machine sets: client and server share its processors. */
import { availableParallelism } from 'node:os'
import type { Limit } from './section.ts'
import { processorsUsed, rate, type Row, rowsOf, wanted } from './transfers.ts'

/**
 * As much faster as the use of the processors allows. At the start of a process fewer of them are used than in the transfer, and the start counts here: so this is
 * rather too high than too low.
 */
export function processors(rows: readonly Row[], theirs: string, mine = 'ours'): Limit {
  const [here, there] = rowsOf(rows, mine, theirs)
  const [ours, reached, used] = [rate(here), rate(there), processorsUsed(here)]
  return {
    target: wanted(here.workload, mine, theirs, false), cells: [here, there], ratio: ours && reached && used && ours / reached / used,
    if: `this library's client and its server used all ${availableParallelism()} processors all the time`,
  }
}
