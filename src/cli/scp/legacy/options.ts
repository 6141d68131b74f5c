/** What the old protocol needs to know. */
export interface LegacyOptions {
  readonly recursive: boolean
  /** Keeps times and modes (`-p`). */
  readonly preserve: boolean
  readonly progress: boolean
  /** Bytes per second; undefined for no limit. */
  readonly limit: number | undefined
  /** Takes names from a server that were not asked for (`-T`). */
  readonly anyName: boolean
  /** Shows what could not be copied, and makes the exit code 1. */
  readonly tell: (text: string) => void
  /** Makes the exit code 1. */
  readonly failed: () => void
}

/** Waits so long that no more than `limit` bytes per second pass. */
export function paced(limit: number | undefined): (passed: number) => Promise<void> {
  const start = performance.now()
  return async (passed) => {
    const early = limit === undefined ? 0 : passed / limit * 1000 - (performance.now() - start)
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early))
  }
}
