import type { Job, Library, Timing } from '../types.ts'

/** A workload to measure. `run` is for client libraries in JavaScript; programs (`ssh`, the C client) have theirs in `peers/`. */
export interface Workload {
  readonly name: string
  readonly title: string
  /** A rate is better when it is larger, a time when it is smaller. */
  readonly unit: 'MB/s' | 'files/s' | 'ms'
  /** Bytes to move at full scale. */
  readonly bytes?: number
  /** Repetitions, files, sessions or channels; files at full scale. */
  readonly count?: number
  /** The unit of the count, if not repetitions. */
  readonly of?: string
  run(library: Library, job: Job): Promise<Timing>
}
