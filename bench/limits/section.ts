/** What the parts of the page exchange. */
import type { Cell } from '../results.ts'
import type { Target } from '../report/targets.ts'
import type { Server } from '../server.ts'

/** How much is measured, and where. */
export interface Run {
  readonly server: Server
  /** Of the full amount of data and files. */
  readonly share: number
  readonly rounds: number
  readonly say: (line: string) => void
}

/** What a wanted ratio could be at best, calculated from this run's figures. */
export interface Limit {
  readonly target: Target
  /** The pair that the target compares, as measured in this run. */
  readonly cells: readonly Cell[]
  /** In the target's unit; `undefined` if something that it needs could not be measured. */
  readonly ratio: number | undefined
  /** What it supposes. */
  readonly if: string
}

export interface Measured {
  readonly limits: readonly Limit[]
  /** Tables in Markdown. */
  readonly figures: readonly string[]
}

export interface Section {
  readonly name: string
  readonly title: string
  measure(run: Run): Promise<Measured>
}
