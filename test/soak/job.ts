/** What a process that soaks is told, and what it tells. */
import type { ConnectOptions } from 'libssh2-wasm'

export const CASES = ['connections', 'at-once', 'at-once-shared', 'gigabytes', 'idle'] as const
export type CaseName = typeof CASES[number]

export interface Job {
  readonly name: CaseName
  readonly target: { readonly host: string, readonly port: number, readonly user: string, readonly keyFile: string, readonly fingerprints: readonly string[] }
  /** Connections, sessions at once, GB or minutes, as the case counts. */
  readonly amount: number
  /** How long the sessions at once live. */
  readonly minutes: number
  /** How many rows of connections are made side by side, one after the other in each. */
  readonly rows: number
  /** Minutes after which a case ends with less than its amount. */
  readonly most: number
  /** Milliseconds between samples. */
  readonly every: number
}

/** What the process holds, and the server for it, at one moment. */
export interface Sample {
  /** Seconds since the first. */
  readonly at: number
  /** Bytes. */
  readonly resident: number
  readonly webAssembly: number
  readonly javaScript: number
  /** Counts. */
  readonly descriptors: number
  readonly handles: number
  readonly serverSessions: number
}

export type Metric = Exclude<keyof Sample, 'at'>

/** What a case has done: counts by name, for people. */
export type Done = Readonly<Record<string, number>>

export interface Result {
  readonly name: CaseName
  readonly amount: number
  readonly seconds: number
  readonly done: Done
  readonly samples: readonly Sample[]
  /** Descriptors and handles that were there after the end and not before the begin. */
  readonly left: { readonly descriptors: number, readonly handles: number }
  readonly when: string
  readonly machine: string
}

/** Tools of a case. */
export interface Soaking {
  readonly job: Job
  readonly options: ConnectOptions
  /** Whether the time that a case may take is over. */
  readonly over: () => boolean
  readonly sampler: { tick(): void, watch(sizes: () => number): void }
}

export const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds) })
