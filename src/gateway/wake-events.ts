/// Signs that the network may have changed, or that the machine has slept.

/** Milliseconds between checks of the clock: one that comes late by `LATE` means that the machine has slept. */
const TICK = 1000
const LATE = 3000

/** The parts of a page, a worker or Node that are used; none of them need exist. */
interface Surroundings {
  addEventListener?(type: string, listener: () => void): void
  removeEventListener?(type: string, listener: () => void): void
  document?: { readonly visibilityState?: string, addEventListener(type: string, listener: () => void): void, removeEventListener(type: string, listener: () => void): void }
  navigator?: { readonly onLine?: boolean, readonly connection?: { addEventListener?(type: string, listener: () => void): void, removeEventListener?(type: string, listener: () => void): void } }
}

const here = globalThis as unknown as Surroundings

/** Whether a person can see the page; true if there is no page. */
export function isVisible(): boolean {
  return here.document?.visibilityState !== 'hidden'
}

/** False only if the runtime says that there is no network. */
export function isOnline(): boolean {
  return here.navigator?.onLine !== false
}

/**
 * Calls back when a page becomes visible, is shown again or resumed, when the network comes or changes, and after sleep.
 * @returns a function that stops it.
 */
export function onWake(woken: () => void): () => void {
  const shown = () => { if (isVisible()) woken() }
  const { document } = here
  const connection = here.navigator?.connection
  for (const type of GLOBAL) here.addEventListener?.(type, woken)
  document?.addEventListener('visibilitychange', shown)
  document?.addEventListener('resume', woken)
  connection?.addEventListener?.('change', woken)
  let last = Date.now()
  const ticks = setInterval(() => {
    const now = Date.now()
    const slept = now - last > TICK + LATE
    last = now
    if (slept) woken()
  }, TICK)
  ;(ticks as { unref?: () => void }).unref?.()
  return () => {
    clearInterval(ticks)
    for (const type of GLOBAL) here.removeEventListener?.(type, woken)
    document?.removeEventListener('visibilitychange', shown)
    document?.removeEventListener('resume', woken)
    connection?.removeEventListener?.('change', woken)
  }
}

const GLOBAL = ['online', 'pageshow']
