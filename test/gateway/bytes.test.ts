/// The rows `bytes` of docs/gateway.md: what goes out comes back, whole, once and in order, through a network that is cut at random bytes.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchers } from '../runtimes/runners/browsers.ts'
import { seededRandom } from '../support/random.ts'
import { requirePeer } from '../support/require-peer.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import { startWorkerd } from '../support/workerd.ts'
import { openWebSocket } from './client.ts'
import { exchange, type Exchanged } from './exchange.ts'
import { type Network, networkTo } from './network.ts'
import { tcpTarget, testGateway, TOKEN } from './rig.ts'
import { FULL, row } from './table.ts'
import { bundleWorker, startWorkerGateway } from './worker-module.ts'

const [SIZE, CUTS] = FULL ? [100 << 20, 200] : [4 << 20, 10]
const HOW = `${SIZE >> 20} MiB out and back through an echo, cut at random bytes by RST and FIN`
const echo = (socket: Socket) => void socket.pipe(socket)

let folder: TemporaryDirectory
beforeAll(() => { folder = temporaryDirectory('gateway-bytes') })
afterAll(() => folder.remove())

/** Each connection lasts for its share of the bytes, which go both ways; the first at least until it is open. */
function cutAtRandom(network: Network): void {
  const random = seededRandom(19)
  network.cutAfter = () => network.connections > CUTS ? Infinity : random.integer(network.connections === 1 ? 10_000 : 1000, Math.floor(SIZE * 3 / CUTS))
  network.cutHow = () => random.below(2) === 0 ? 'reset' : 'close'
}

function check(network: Network, what: string, where: string, { out, back, received, resumed }: Exchanged): void {
  expect({ back, received }).toEqual({ back: out, received: SIZE })
  expect(network.connections).toBeGreaterThan(CUTS / 2)
  row(`bytes, ${what}`, `${HOW}; ${where}`, 'equal SHA-256', `${resumed} cuts survived, SHA-256 equal`)
}

/** exchange.ts as a module for pages and Workers, around which `code` is. */
async function bundled(name: string, code: string): Promise<string> {
  const outfile = folder.file(`${name}.js`)
  await build({
    stdin: { contents: code, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' }, outfile, bundle: true, format: 'esm', target: 'es2022', platform: 'neutral', external: ['cloudflare:*'],
    alias: { 'libssh2-wasm/gateway': fileURLToPath(new URL('../../src/gateway/index.ts', import.meta.url)) }, tsconfigRaw: '{}',
  })
  return outfile
}

test.each(['libssh2-wasm.v1', 'corp-relay-v4'] as const)('Node, %s', async (protocol) => {
  await using target = await tcpTarget(echo)
  const gateway = await testGateway({ allow: [`127.0.0.1:${target.port}`], nassh: true })
  await using network = await networkTo(gateway.url)
  cutAtRandom(network)
  check(network, protocol, 'Node', await exchange(network.url, { port: target.port, ticket: TOKEN, size: SIZE, openWebSocket, ...protocol === 'corp-relay-v4' && { protocol } }))
  expect(target.sockets).toHaveLength(1)
  await gateway.close()
}, 300_000)

describe.each(Object.entries(launchers))('%s', (_, { name, missing, launch }) => {
  const lack = missing()
  if (lack !== undefined) console.warn(`skipped: bytes in ${name}: ${lack}`)
  test.runIf(lack === undefined)('in a page', async () => {
    await using target = await tcpTarget(echo)
    const gateway = await testGateway({ allow: [`127.0.0.1:${target.port}`] })
    await using network = await networkTo(gateway.url)
    cutAtRandom(network)
    const page = await bundled('page', `import { exchange } from './exchange.ts'
      exchange(${JSON.stringify(network.url)}, { port: ${target.port}, ticket: ${JSON.stringify(TOKEN)}, size: ${SIZE} })
        .catch((error) => ({ error: String(error) })).then((result) => fetch('/end', { method: 'POST', body: JSON.stringify(result) }))`)
    let told: (result: Exchanged & { readonly error?: string }) => void
    const result = new Promise<Exchanged & { readonly error?: string }>((resolve) => { told = resolve })
    const server = createServer((request, response) => {
      if (request.method === 'POST') void json(request).then((value) => told(value as Exchanged)).finally(() => response.end())
      else if (request.url === '/page.js') void readFile(page).then((text) => response.writeHead(200, { 'content-type': 'text/javascript' }).end(text))
      else response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>bytes</title><script type="module" src="/page.js"></script>')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const browser = await launch()
    try {
      await browser.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      const exchanged = await result
      expect(exchanged.error).toBeUndefined()
      check(network, `in ${name}`, `a page in ${name} ${browser.version}`, exchanged)
      expect(target.sockets).toHaveLength(1)
    } finally {
      await browser.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await gateway.close()
    }
  }, 600_000)
})

describe.runIf(requirePeer('workerd'))('workerd', () => {
  test('the gateway is a Worker with Durable Objects', async () => {
    await using target = await tcpTarget(echo)
    await using gateway = await startWorkerGateway(await bundleWorker(folder), [`127.0.0.1:${target.port}`], { durableObjects: { GATEWAY_SESSIONS: 'GatewaySession' } })
    await using network = await networkTo(gateway.url)
    cutAtRandom(network)
    check(network, 'gateway in workerd', 'the gateway is a Worker in workerd, the client runs in Node', await exchange(network.url, { port: target.port, ticket: TOKEN, size: SIZE, openWebSocket }))
    expect(target.sockets).toHaveLength(1)
  }, 600_000)

  test('the client is in a Worker', async () => {
    await using target = await tcpTarget(echo)
    const gateway = await testGateway({ allow: [`127.0.0.1:${target.port}`] })
    await using network = await networkTo(gateway.url)
    cutAtRandom(network)
    const module = await bundled('worker', `import { exchange } from './exchange.ts'
      export default { fetch: async (request, env) => Response.json(await exchange(env.URL, { port: Number(env.PORT), ticket: env.TICKET, size: Number(env.SIZE) }).catch((error) => ({ error: String(error) }))) }`)
    await using worker = await startWorkerd({ modules: [module], bindings: { URL: network.url, PORT: String(target.port), TICKET: TOKEN, SIZE: String(SIZE) } })
    const exchanged = await (await fetch(worker.url)).json() as Exchanged & { readonly error?: string }
    expect(exchanged.error).toBeUndefined()
    check(network, 'client in workerd', 'the client is in a Worker in workerd, the gateway in Node', exchanged)
    await gateway.close()
  }, 600_000)
})
