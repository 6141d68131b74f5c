/** Calls a user's function in a separate turn, so that an error it throws is an uncaught exception, as in `ssh2`, and no promise swallows it. */
export function tell<A extends unknown[]>(callback: (...args: A) => void, ...args: A): void {
  process.nextTick(callback, ...args)
}

/** A callback that takes an error first, and then the results. */
export type Callback<R extends unknown[] = []> = (error: Error | undefined, ...results: R) => void

export function ignore(): void {}
