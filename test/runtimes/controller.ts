import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, extname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { CaseResult, End } from './suite/run.ts'
import type { Servers } from './servers.ts'

/** What one run of the suite in one runtime has told so far. */
export interface Controller extends AsyncDisposable {
  readonly url: string
  readonly results: readonly CaseResult[]
  /** Resolves when the suite says that it is through. */
  readonly end: Promise<End>
}

const TYPES: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.wasm': 'application/wasm' }
/** What a careful site allows: no code from text, only WebAssembly. */
const POLICY = 'default-src \'self\'; script-src \'self\' \'wasm-unsafe-eval\'; connect-src \'self\' ws://127.0.0.1:*'

/** An HTTP server for one run: gives the pages of `folder` to browsers, the environment to every host, and takes the results. */
export async function startController(servers: Servers, folder: string): Promise<Controller> {
  const results: CaseResult[] = []
  let ended: (end: End) => void
  const end = new Promise<End>((resolve) => { ended = resolve })
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const name = basename(new URL(request.url!, 'http://localhost').pathname)
    if (request.method === 'POST') {
      const message = JSON.parse((await buffer(request)).toString('utf8')) as CaseResult & End
      if (name === 'result') results.push(message)
      else ended(message)
      response.end()
    } else if (name === 'environment') response.end(JSON.stringify(servers.environment))
    else if (name === 'swallowed') response.end(String(servers.swallowed()))
    else if (name === 'key-exchanges') response.end(String(servers.keyExchanges()))
    else {
      const file = await readFile(join(folder, name)).catch(() => undefined)
      response.writeHead(file ? 200 : 404, { 'content-type': TYPES[extname(name)] ?? 'text/plain', 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff' })
      response.end(file)
    }
  }
  const server = createServer((request, response) => { answer(request, response).catch(() => response.destroy()) })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, results, end, [Symbol.asyncDispose]: stop }
}
