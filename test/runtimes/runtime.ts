/** A runtime that the suite runs in. */
export interface Runtime {
  /** For `--only`. */
  readonly key: string
  readonly name: string
  /** Why it cannot run on this machine; undefined if it can. */
  missing(): string | undefined
  /** Starts the suite. */
  start(options: StartOptions): Promise<Running>
}

export interface StartOptions {
  /** The user's folder, with the hosts (test/runtimes/app.ts). */
  readonly folder: string
  /** URL of the controller. */
  readonly controller: string
}

/** Owner: who started it, by `stop()`. */
export interface Running {
  readonly version: string
  /** Resolves when the runtime has ended by itself, with what it printed. Browsers do not. */
  readonly ended?: Promise<string>
  stop(): Promise<void>
}
