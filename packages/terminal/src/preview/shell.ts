/// The frame of a preview, on its own origin: starts the service worker, and hands its requests for connections to the terminal that has opened it.
import { READY, SERVICE } from './names.ts'

const terminal = globalThis.opener as Window | null
// The previewed pages have this origin: none of them gets a hold of the terminal's page.
globalThis.opener = null

async function show(port: MessagePort, path: string): Promise<void> {
  navigator.serviceWorker.addEventListener('message', ({ data, ports: [answer, stream] }) => {
    if (data !== 'open' || !answer || !stream) return
    port.postMessage('open', [answer, stream])
  })
  navigator.serviceWorker.startMessages()
  const registration = await navigator.serviceWorker.register(SERVICE, { scope: '/', updateViaCache: 'none' })
  const worker = registration.active ?? registration.waiting ?? registration.installing
  await new Promise<void>((resolve) => {
    if (!worker || worker.state === 'activated') return resolve()
    worker.addEventListener('statechange', () => { if (worker.state === 'activated') resolve() })
  })
  const frame = document.createElement('iframe')
  frame.title = 'Web page of the server'
  frame.src = path
  frame.addEventListener('load', () => { document.title = frame.contentDocument?.title || 'Preview' })
  document.body.replaceChildren(frame)
}

if (terminal) {
  addEventListener('message', (event) => {
    const [port] = event.ports
    // Only who has opened this window, and only once.
    if (event.source === terminal && port && !document.querySelector('iframe')) void show(port, String((event.data as { readonly path: unknown }).path)).catch((error: unknown) => { document.body.textContent = String(error) })
  })
  terminal.postMessage(READY, '*')
} else document.body.textContent = 'This page is opened by a terminal.'
