/// The page's side of a holder in a service worker, for browsers whose SharedWorkers end with a reload. They end an idle service worker, and its sessions, so the page feeds it.
import { FEED, FED, PROTOCOL } from './holder-names.ts'

export interface ServiceHolder {
  /** Starts it, if it does not run, and gives it a page's port. */
  attach(port: MessagePort): void
  /** The page no longer feeds it. */
  end(): void
}

/**
 * Whether SharedWorkers of this browser live through a reload: a browser that knows the option looks it up before it looks at the URL, which is none, so that nothing starts.
 */
export function extendsSharedWorkers(): boolean {
  let known = false
  try {
    new SharedWorker('http://[', { get extendedLifetime() { return known = true } })
  } catch {
    // The URL.
  }
  return known
}

/**
 * @param url of `service-worker.js`, on the page's origin
 * @throws DOMException or TypeError where the browser allows none here, or there is no such file
 */
export async function startService(url: string | URL): Promise<ServiceHolder> {
  const script = new URL(url, location.href)
  // A folder of its own, in which there are no pages: it controls none, and leaves other service workers of the origin alone.
  const scope = new URL(`libssh2-wasm-terminal-${PROTOCOL}/`, script).href
  const known = await navigator.serviceWorker.getRegistration(scope)
  // `register` looks for a new version, which would end the sessions of the old one. A worker without sessions looks for it (holder.ts).
  const registration = known?.scope === scope && known.active ? known : await navigator.serviceWorker.register(script, { scope, updateViaCache: 'none' })
  const worker = await activated(registration)
  const feed = () => worker.postMessage(FEED)
  feed()
  const feeding = setInterval(feed, FED)
  return { attach: (port) => worker.postMessage('attach', [port]), end: () => clearInterval(feeding) }
}

async function activated(registration: ServiceWorkerRegistration): Promise<ServiceWorker> {
  const worker = registration.active ?? registration.waiting ?? registration.installing
  if (!worker) throw new TypeError('the service worker has gone')
  while (worker.state !== 'activated') {
    if (worker.state === 'redundant') throw new TypeError('the service worker could not be installed')
    await new Promise((resolve) => worker.addEventListener('statechange', resolve, { once: true }))
  }
  return worker
}
