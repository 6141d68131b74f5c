/** How long the event loop is blocked. */
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Milliseconds between two checks of the kernel's timer, which is the uncertainty of a block. */
const RESOLUTION = 1

export interface LoopDelay {
  /** Milliseconds of the longest block since the start or the last `reset`. */
  longest(): number
  reset(): void
  stop(): void
}

export function watchLoop(): LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION })
  histogram.enable()
  return {
    longest: () => Math.max(0, histogram.max / 1e6 - RESOLUTION),
    reset: () => histogram.reset(),
    stop: () => histogram.disable(),
  }
}
