/// Serves the built page, with its policy.
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { CONTENT_SECURITY_POLICY } from './csp.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.wasm': 'application/wasm',
}

export interface StaticServer extends AsyncDisposable {
  readonly url: string
}

export interface StaticOptions {
  /** Put into the page as its own gateway (`data-gateway`), which a link need not ask for. */
  readonly gateway?: string
  /** Put into the page as the origin of web previews (`data-preview`). */
  readonly preview?: string
  /** How long sessions live (`data-persist`); as the element has it by default. */
  readonly persist?: 'none' | 'resume' | 'tmux'
  /** Put into the page as the URL of the service worker that holds sessions (`data-service-worker`); by default there is none. */
  readonly serviceWorker?: string
  /** Default: that of the terminal's page. `null`: none, for the origin of previews, whose pages bring their own. */
  readonly policy?: string | null
}

/** On a free port of 127.0.0.1. */
export async function startStaticServer(folder: string, { gateway = '', preview = '', persist, serviceWorker = '', policy = CONTENT_SECURITY_POLICY }: StaticOptions = {}): Promise<StaticServer> {
  const settings = Object.entries({ gateway, preview, persist: persist ?? '', 'service-worker': serviceWorker })
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const name = normalize(decodeURIComponent(pathname)).replace(/^\/+$/, '/index.html')
    const type = TYPES[extname(name)]
    const content = type === undefined ? Promise.reject(new Error('not of the page')) : readFile(join(folder, name))
    content.then((body) => response.writeHead(200, {
      'content-type': type, ...policy !== null && { 'content-security-policy': policy }, 'x-content-type-options': 'nosniff',
      // `allow-popups`: the window of a preview must be able to answer.
      'referrer-policy': 'no-referrer', ...policy !== null && { 'cross-origin-opener-policy': 'same-origin-allow-popups' }, 'cache-control': 'no-cache',
    }).end(type?.startsWith('text/html') ? settings.reduce((html, [name, value]) => html.replace(`data-${name}=""`, `data-${name}="${value}"`), String(body)) : body), () => response.writeHead(404).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
