/** Timers hold no more; a longer time is waited for in parts. */
const LONGEST = 2 ** 31 - 1

/**
 * The one check of a time that a caller gives, in milliseconds. 0 and `Infinity` mean never, and come back as `Infinity`.
 * @throws TypeError for what is not a number, RangeError for NaN and negative numbers.
 */
export function milliseconds(value: number, name: string): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number of milliseconds`)
  if (!(value >= 0)) throw new RangeError(`${name} must be 0 or more milliseconds, not ${value}`)
  return value === 0 ? Infinity : value
}

/**
 * Calls back once, when so many milliseconds have passed; never for `Infinity`.
 * @param idle the timer alone keeps no process of Node running. @returns what takes it back.
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
