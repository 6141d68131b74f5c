/** The same transfers with more data or files, in which what V8 compiles at the beginning hardly counts. */
import type { Limit } from './section.ts'
import { rate, type Row, wanted, workloadOf } from './transfers.ts'

function amounts(long: Row, usual: Row): string {
  if (workloadOf(usual.workload).unit === 'files/s') return `there were ${long.count.toLocaleString('en-US')} files instead of ${usual.count.toLocaleString('en-US')}`
  return `the file had ${(long.bytes / 1e9).toFixed(1)} GB instead of ${(usual.bytes / 1e9).toFixed(1)}`
}

/** By rate. */
export function longer(usual: readonly Row[], long: readonly Row[], theirs: string): Limit {
  const [here, there] = ['ours', theirs].map((name) => rate(long.find(({ peer }) => peer === name)))
  return { target: wanted(usual[0]!.workload, 'ours', theirs, false), cells: usual, ratio: here && there && here / there, if: amounts(long[0]!, usual[0]!) }
}
