/** The callbacks that wait for each signal. */
const waiting = new WeakMap<AbortSignal, Set<Entry>>()

interface Entry { readonly aborted: () => void }

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
  if (!signal) return () => {}
  if (signal.aborted) {
    aborted()
    return () => {}
  }
  const entries = waiting.get(signal) ?? listen(signal)
  const entry = { aborted }
  entries.add(entry)
  return () => {
    entries.delete(entry)
    if (entries.size > 0 || waiting.get(signal) !== entries) return
    waiting.delete(signal)
    signal.removeEventListener('abort', fire)
  }
}

function listen(signal: AbortSignal): Set<Entry> {
  const entries = new Set<Entry>()
  waiting.set(signal, entries)
  signal.addEventListener('abort', fire, { once: true })
  return entries
}

function fire(this: AbortSignal): void {
  const entries = waiting.get(this)
  waiting.delete(this)
  for (const { aborted } of entries ?? []) aborted()
}
