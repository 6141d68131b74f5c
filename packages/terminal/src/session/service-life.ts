/// The worker's side of its life as a service worker, elsewhere without effect. It intercepts nothing.

/** A message to a service worker; workers of other kinds lack `waitUntil`. */
export interface ServiceEvent extends MessageEvent {
  waitUntil?(work: Promise<unknown>): void
}

let done = () => {}

/**
 * Browsers end a service worker that has nothing to do. Each message of a page keeps it busy until the next one comes: that way it outlives a machine that sleeps, which
 * a late message alone does not achieve (docs/terminal.md).
 */
export function stay(event: ServiceEvent): void {
  const before = done
  event.waitUntil?.(new Promise<void>((resolve) => { done = resolve }))
  before()
}

/** To be called when there are no sessions: one that has some stays as it is, and now a new version of its file may take its place. */
export function renew(): void {
  done()
  const { registration } = globalThis as unknown as { readonly registration?: ServiceWorkerRegistration }
  void registration?.update().catch(() => {})
}
