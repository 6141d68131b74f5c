import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'

export interface WebServer {
  readonly url: string
  /** Paths asked for, with the status of the answer. */
  readonly requests: readonly string[]
  stop(): Promise<void>
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm', '.png': 'image/png', '.webmanifest': 'application/manifest+json',
}

/** As strict as a page can be that uses WebAssembly; `https:` is for WebTransport. */
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ws://127.0.0.1:* https://127.0.0.1:*"

/** A web server of the files of a folder, and of `settings.json`. */
export async function serve(folder: string, settings: object): Promise<WebServer> {
  const requests: string[] = []
  const server = createServer(({ url = '/' }, response) => {
    const path = url === '/' ? '/index.html' : url
    const file = join(folder, path)
    const found = path === '/settings.json' || statSync(file, { throwIfNoEntry: false })?.isFile()
    requests.push(`${found ? 200 : 404} ${path}`)
    response.writeHead(found ? 200 : 404, { 'content-security-policy': POLICY, 'content-type': TYPES[extname(path)] ?? 'application/json' })
    if (path === '/settings.json') response.end(JSON.stringify(settings))
    else if (found) createReadStream(file).pipe(response)
    else response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}/`,
    requests,
    stop: () => new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    }),
  }
}
