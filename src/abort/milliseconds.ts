/** The longest time of a timer; longer times are waited for in parts. */
const LONGEST = 2 ** 31 - 1

/**
 * The one check of a caller's time in milliseconds. 0 and `Infinity` mean never, and are returned as `Infinity`.
 * @throws TypeError for a value that is not a number, RangeError for NaN and negative numbers.
 */
export function milliseconds(value: number, name: string): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number of milliseconds`)
  if (!(value >= 0)) throw new RangeError(`${name} must be 0 or more milliseconds, not ${value}`)
  return value === 0 ? Infinity : value
}

/**
 * Calls back once, after so many milliseconds; never for `Infinity`.
 * @param idle the timer alone does not keep a Node process running. @returns a function that cancels it.
 */
export function after(wait: number, callback: () => void, idle = false): () => void {
  if (wait === Infinity) return () => {}
  let timer: ReturnType<typeof setTimeout>
  const begin = (left: number) => {
    timer = setTimeout(() => { if (left > LONGEST) begin(left - LONGEST); else callback() }, Math.min(left, LONGEST))
    if (idle) (timer as { unref?: () => void }).unref?.()
  }
  begin(wait)
  return () => clearTimeout(timer)
}
