/** The results of a benchmark run, and calculations with them. */
import type { Sample } from './types.ts'
import type { Workload } from './workloads/workload.ts'

/** One peer at one workload over one link. */
export interface Cell {
  readonly workload: string
  readonly link: string
  readonly peer: string
  /** The cipher that the peer was told to use; `best` rows use the one that suits it in the trials. */
  readonly cipher: string | undefined
  /** `best`: each peer with the cipher that suits it; otherwise the cipher that all of them used. */
  readonly variant: string
  readonly bytes: number
  readonly count: number
  readonly samples: readonly Sample[]
  readonly error?: string
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The figure of one sample in the workload's unit. */
export function figure({ unit }: Pick<Workload, 'unit'>, { bytes, count }: Pick<Cell, 'bytes' | 'count'>, { seconds }: Pick<Sample, 'seconds'>): number {
  const time = median(seconds)
  if (unit === 'ms') return time * 1000
  return unit === 'MB/s' ? bytes / 1e6 / time : count / time
}

/** Median over the rounds; `undefined` if none succeeded. */
export function value(workload: Pick<Workload, 'unit'>, cell: Cell | undefined): number | undefined {
  return cell && cell.samples.length > 0 ? median(cell.samples.map((sample) => figure(workload, cell, sample))) : undefined
}

/** How many times better `ours` is than `theirs`; above 1 is better, for rates and times alike. */
export function ratio({ unit }: Pick<Workload, 'unit'>, ours: number, theirs: number): number {
  return unit === 'ms' ? theirs / ours : ours / theirs
}
