/// The page of the measurement: starts a holder, asks it who it is, and feeds it.
import type { Kind, Who } from './kinds.ts'

const FEED = 10_000
let post: (port: MessagePort) => void
let feeding: ReturnType<typeof setInterval> | undefined

async function ask(): Promise<Who> {
  const { port1, port2 } = new MessageChannel()
  const answer = new Promise<Who>((resolve, reject) => {
    port1.onmessage = ({ data }) => resolve(data)
    setTimeout(() => reject(new Error('the holder does not answer')), 20_000)
  })
  post(port2)
  return answer
}

async function register(): Promise<ServiceWorker> {
  // Its scope does not have this page: it controls nothing.
  const registration = await navigator.serviceWorker.register('/holder/probe-worker.js', { scope: '/holder/' })
  const worker = registration.active ?? registration.waiting ?? registration.installing!
  while (worker.state !== 'activated') {
    if (worker.state === 'redundant') throw new Error('the service worker is redundant')
    await new Promise((resolve) => worker.addEventListener('statechange', resolve, { once: true }))
  }
  return worker
}

const holder = {
  async start(kind: Kind): Promise<Who> {
    if (kind === 'service' || kind === 'service-held') {
      const worker = await register()
      post = (port) => worker.postMessage(kind === 'service-held' ? 'held' : 'now', [port])
    } else {
      const options = { name: kind, extendedLifetime: kind === 'shared-extended' }
      const { port } = new SharedWorker('/holder/probe-worker.js', options)
      post = (answer) => port.postMessage('now', [answer])
    }
    return ask()
  },
  ask,
  feed(on: boolean): void {
    clearInterval(feeding)
    if (on) feeding = setInterval(() => void ask().catch(() => {}), FEED)
  },
  /** Whether it takes a service worker that is a module; a browser that ignores `type` stumbles over its `import.meta`. */
  module: () => navigator.serviceWorker.register('/module/worker.js', { scope: '/module/', type: 'module' }).then(() => true, () => false),
}
Object.assign(globalThis, { holder })
