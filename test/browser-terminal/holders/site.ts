import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { WebSocketServer } from 'ws'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const bundle = (file: string) => buildSync({ entryPoints: [path(file)], bundle: true, format: 'iife', write: false, tsconfigRaw: '{}' }).outputFiles[0]!.text

/** The probe's page, at a new origin each time it is asked for one, and when each life of its worker was last heard. */
export interface Site extends AsyncDisposable {
  /** Another address of this machine: nothing of the browser is shared with the last one. */
  origin(): string
  /** Milliseconds of `Date.now()` when the worker was last heard, or has gone. */
  lastHeard(id: string): number
}

export async function startSite(): Promise<Site> {
  const files: Readonly<Record<string, readonly [type: string, content: string | Uint8Array]>> = {
    '/': ['text/html', '<!doctype html><html lang="en"><title>probe</title><script src="/probe-page.js"></script>'],
    '/probe-page.js': ['text/javascript', bundle('./probe-page.ts')],
    '/holder/probe-worker.js': ['text/javascript', bundle('./probe-worker.ts')],
    '/module/worker.js': ['text/javascript', 'globalThis.from = import.meta.url'],
    '/libssh2.wasm': ['application/wasm', readFileSync(path('../../../dist/libssh2.wasm'))],
  }
  const heard = new Map<string, number>()
  const server = createServer(({ url = '' }, response) => {
    const [type, content] = files[url] ?? []
    if (type === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' }).end(content)
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, { url = '' }) => {
    const note = () => void heard.set(url.slice(1), Date.now())
    note()
    socket.on('message', note)
    socket.on('close', note)
  })
  // All addresses of 127.0.0.0/8 are this machine, and secure contexts.
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  const { port } = server.address() as AddressInfo
  let last = 0
  return {
    origin: () => `http://127.0.1.${++last}:${port}/`,
    lastHeard: (id) => heard.get(id) ?? 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
