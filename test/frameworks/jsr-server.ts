import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { prepareJsr } from '../../scripts/release/jsr.mjs'

export interface JsrServer extends AsyncDisposable {
  /** Of the package's first module. */
  readonly url: string
}

/** Serves the package for JSR from a folder as JSR does: what jsr.json imports under a name, modules import there by its path. */
export async function serveJsr(folder: string): Promise<JsrServer> {
  const { imports, exports } = prepareJsr(folder)
  const unfurled = (text: string) => text.replace(/"(#[\w-]+)"/g, (name, specifier: string) => imports[specifier] === undefined ? name : JSON.stringify(imports[specifier].replace('./dist/', './')))
  const server = createServer(({ url = '/' }, response) => {
    const path = `${folder}${url}`
    if (!/^\/dist\/[\w.-]+$/.test(url) || !existsSync(path)) return response.writeHead(404).end()
    return url.endsWith('.js') ? response.writeHead(200, { 'content-type': 'text/javascript' }).end(unfurled(readFileSync(path, 'utf8'))) : response.writeHead(200).end(readFileSync(path))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${exports['.']?.slice(2)}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
