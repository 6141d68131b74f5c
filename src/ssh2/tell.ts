/** Calls a function of the user's in a turn of its own: what it throws is an uncaught exception, as it is with `ssh2`, and no promise swallows it. */
export function tell<A extends unknown[]>(callback: (...args: A) => void, ...args: A): void {
  process.nextTick(callback, ...args)
}

/** A callback that takes an error first, and then what came of it. */
export type Callback<R extends unknown[] = []> = (error: Error | undefined, ...results: R) => void

export function ignore(): void {}
