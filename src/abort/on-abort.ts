/** The callbacks that wait for each signal. */
const waiting = new WeakMap<AbortSignal, Set<AbortEntry>>()

/** What waits for a signal: an object that something else needs anyway, or one of `onAbort`. */
export interface AbortEntry { aborted(): void }

/** Checks a caller's signal. @throws TypeError for anything that is not an AbortSignal. */
export function checkSignal(signal: AbortSignal | undefined): void {
  // One that something waits for has been checked: a transfer asks again for each of its requests.
  if (signal === undefined || waiting.has(signal)) return
  const { aborted, addEventListener, removeEventListener } = (signal ?? {}) as Partial<AbortSignal>
  if (typeof aborted !== 'boolean' || typeof addEventListener !== 'function' || typeof removeEventListener !== 'function') throw new TypeError('signal must be an AbortSignal')
}

/**
 * Calls `aborted` when the signal aborts; at once, before this returns, if it has already aborted.
 * Each signal gets only one listener, however many operations it covers: Node warns of a leak from the eleventh listener on.
 * @returns a function that cancels it. @throws TypeError for anything that is not a signal.
 */
export function onAbort(signal: AbortSignal | undefined, aborted: () => void): () => void {
  checkSignal(signal)
  const entry = { aborted }
  if (signal?.aborted) aborted()
  else if (signal) waitFor(signal, entry)
  return () => leave(signal, entry)
}

/** Has a signal that is checked, and has not aborted, call an entry. */
export function waitFor(signal: AbortSignal, entry: AbortEntry): void {
  const entries = waiting.get(signal) ?? new Set()
  if (entries.size === 0) signal.addEventListener('abort', fire, { once: true })
  waiting.set(signal, entries.add(entry))
}

/** The entry no longer waits. */
export function leave(signal: AbortSignal | undefined, entry: AbortEntry): void {
  const entries = waiting.get(signal as AbortSignal)
  if (!entries?.delete(entry) || entries.size > 0) return
  waiting.delete(signal as AbortSignal)
  signal!.removeEventListener('abort', fire)
}

function fire(this: AbortSignal): void {
  const entries = waiting.get(this)
  waiting.delete(this)
  for (const entry of entries ?? []) entry.aborted()
}
