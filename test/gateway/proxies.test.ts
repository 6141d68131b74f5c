/// The proxies that deploy/ has configurations for, in front of a gateway: a session goes through them, is resumed through them, and the gateway learns its client's address.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { freePort } from '../support/port.ts'
import { type Peer, startPeer } from '../support/process.ts'
import { requirePeer } from '../support/require-peer.ts'
import { selfSigned } from '../support/self-signed.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import { open, Reader } from './client.ts'
import { tcpTarget, testGateway } from './rig.ts'

const deploy = (name: string) => readFileSync(fileURLToPath(new URL(`../../packages/gateway/deploy/${name}`, import.meta.url)), 'utf8')
/** Where nginx would write as root. */
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

interface ProxyServer {
  readonly url: string
  readonly start: () => Promise<Peer>
}

async function nginx(folder: TemporaryDirectory, gateway: string): Promise<ProxyServer> {
  const { key, cert } = selfSigned()
  writeFileSync(folder.file('key'), key)
  writeFileSync(folder.file('pem'), cert)
  const port = await freePort()
  const part = deploy('nginx.conf').replace('/etc/ssl/gw.example.pem', folder.file('pem')).replace('/etc/ssl/gw.example.key', folder.file('key')).replace('listen 443', `listen 127.0.0.1:${port}`).replace('127.0.0.1:8022', gateway)
  writeFileSync(folder.file('nginx.conf'), `pid ${folder.file('pid')};\nerror_log stderr notice;\nevents {}\nhttp {\naccess_log off;\n${TEMPORARY.map((kind) => `${kind}_temp_path ${folder.file(kind)};`).join('\n')}\n${part}\n}\n`)
  const words = ['-p', folder.path, '-c', folder.file('nginx.conf')]
  execFileSync('nginx', ['-t', ...words], { stdio: 'pipe' })
  return {
    url: `wss://127.0.0.1:${port}`,
    start: async () => {
      // As one process: nobody else is left if it is killed.
      const peer = await startPeer('nginx', [...words, '-g', 'daemon off; master_process off;'])
      await peer.logged(/start worker|using the "epoll" event method/, 30_000)
      return peer
    },
  }
}

async function caddy(folder: TemporaryDirectory, gateway: string): Promise<ProxyServer> {
  const port = await freePort()
  // Certificates of Caddy's come from a public authority: none is asked here.
  const text = `{\n\tadmin off\n\tauto_https off\n}\n${deploy('Caddyfile').replace('gw.example {', `http://127.0.0.1:${port} {`).replace('gateway:8022', gateway)}`
  writeFileSync(folder.file('Caddyfile'), text)
  const env = { HOME: folder.path, XDG_DATA_HOME: folder.path, XDG_CONFIG_HOME: folder.path }
  writeFileSync(folder.file('shipped'), deploy('Caddyfile'))
  for (const name of ['shipped', 'Caddyfile']) execFileSync('caddy', ['validate', '--adapter', 'caddyfile', '--config', folder.file(name)], { stdio: 'pipe', env: { ...process.env, ...env } })
  return {
    url: `ws://127.0.0.1:${port}`,
    start: async () => {
      const peer = await startPeer('caddy', ['run', '--adapter', 'caddyfile', '--config', folder.file('Caddyfile')], { env })
      await peer.logged(/serving initial configuration/, 30_000)
      return peer
    },
  }
}

describe.each([['nginx', nginx], ['caddy', caddy]] as const)('%s', (name, configure) => {
  let folder: TemporaryDirectory
  beforeAll(() => { folder = temporaryDirectory(name) })
  afterAll(() => folder.remove())

  test.runIf(requirePeer(name))('carries a session, and the same session again after the proxy itself was started anew', async () => {
    await using target = await tcpTarget((socket) => void socket.pipe(socket))
    const gateway = await testGateway({ allow: [`127.0.0.1:${target.port}`], behindProxy: ['127.0.0.1'] })
    const proxy = await configure(folder, new URL(gateway.url).host)
    let peer = await proxy.start()
    try {
      const openWebSocket = (url: string, protocols: string[]) => new WebSocket(url, protocols, { rejectUnauthorized: false }) as unknown as globalThis.WebSocket
      const { transport, next } = await open(proxy.url, target.port, { openWebSocket })
      expect(transport.protocol).toBe('libssh2-wasm.v1')
      const reader = new Reader(transport)
      const writer = transport.writable.getWriter()
      await writer.write(Buffer.from('before, '))
      await reader.until('before, ')
      await peer.kill()
      await next('stalled')
      peer = await proxy.start()
      await next('resumed')
      await writer.write(Buffer.from('after'))
      expect(await reader.until('after')).toBe('before, after')
      expect(target.sockets).toHaveLength(1)
      await transport.close()
      // The proxy tells who the client is, and not what the client said of itself.
      expect(await gateway.logged(/^client closed$/, 'close')).toMatchObject({ client: '127.0.0.1', resumes: 1 })
      expect(peer.log()).not.toMatch(/ticket\.|resume\./)
    } finally {
      await peer.stop()
      await gateway.close()
    }
  }, 90_000)
})
