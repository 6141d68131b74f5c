/// The worker that is measured: no session, but what one needs. An identity, a timer, a WebSocket that is never idle for more than a second, and libssh2.wasm.
import type { Who } from './kinds.ts'

const id = crypto.randomUUID()
const socket = new WebSocket(`ws://${location.host}/${id}`)
setInterval(() => { if (socket.readyState === WebSocket.OPEN) socket.send('lives') }, 1000)
let wasm = false
const compiled = fetch('/libssh2.wasm').then((response) => WebAssembly.compileStreaming(response)).then(() => { wasm = true })
const opened = new Promise((resolve) => socket.addEventListener('open', resolve))

async function answer(to: MessagePort): Promise<void> {
  await Promise.all([compiled, opened])
  to.postMessage({ id, socket: socket.readyState === WebSocket.OPEN ? 'open' : 'closed', wasm } satisfies Who)
}

if ('onconnect' in globalThis) {
  addEventListener('connect', (event) => {
    const port = (event as MessageEvent).ports[0]!
    port.onmessage = ({ ports }) => void answer(ports[0]!)
  })
} else {
  const worker = globalThis as unknown as { skipWaiting(): Promise<void> }
  addEventListener('install', () => void worker.skipWaiting())
  addEventListener('message', (event: MessageEvent & { waitUntil?(work: Promise<unknown>): void }) => {
    // As long as the event lasts, a browser may take the worker for busy.
    if (event.data === 'held') event.waitUntil?.(new Promise(() => {}))
    void answer(event.ports[0]!)
  })
}
