import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { clientCertificate, type GatewayOptions, sharedTokens } from '../../packages/gateway/src/index.ts'
import { TrustedProxies } from '../../packages/gateway/src/node/client-address.ts'
import { parseProxyHeader, proxyHeaderV2 } from '../../packages/gateway/src/node/proxy-protocol.ts'
import { parseAddress } from '../../packages/gateway/src/policy/address.ts'
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts'
import { open, Reader } from './client.ts'
import { protocols, rawClient, tcpTarget, type TcpTarget, TOKEN, type TestGateway, testGateway } from './rig.ts'

describe('a gateway in its life', () => {
  let target: TcpTarget
  let gateway: TestGateway
  let folder: TemporaryDirectory
  let path: string
  let first: Buffer[]
  beforeEach(async () => {
    folder = temporaryDirectory('gateway-life')
    first = []
    target = await tcpTarget((socket) => {
      socket.once('data', (data: Buffer) => first.push(data))
      socket.pipe(socket)
    })
    path = `/tcp/127.0.0.1/${target.port}`
  })
  afterEach(async () => {
    await gateway.close()
    await target.close()
    folder.remove()
  })
  const start = async (options: Partial<GatewayOptions> = {}) => { gateway = await testGateway({ allow: [`127.0.0.1:${target.port}`], ...options }) }
  const http = (url: string) => fetch(url.replace('ws', 'http'))

  test('says that it lives, whether it takes sessions, and its figures on a port of its own', async () => {
    await start({ metrics: { port: 0 } })
    const { transport } = await open(gateway.url, target.port)
    await rawClient(gateway, path, { token: null }).ended
    for (const url of [gateway.url, gateway.gateway.metricsUrl as string]) {
      expect([(await http(`${url}/healthz`)).status, (await http(`${url}/readyz`)).status]).toEqual([200, 200])
    }
    expect((await http(`${gateway.url}/metrics`)).status).toBe(426)
    const text = await (await http(`${gateway.gateway.metricsUrl}/metrics`)).text()
    for (const line of ['ssh_gateway_sessions{state="attached"} 1', 'ssh_gateway_opened_total 1', 'ssh_gateway_refused_total{code="4401"} 1', 'ssh_gateway_budget_bytes 268435456', 'ssh_gateway_budget_used_bytes 262144', 'ssh_gateway_dial_seconds_count 1']) expect(text).toContain(`${line}\n`)
    // Every line is a comment or a sample of the text format.
    for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^(# (HELP|TYPE) ssh_gateway_\w+ .+|ssh_gateway_\w+(\{[a-z]+="[^"]+"\})? [\d.e+-]+)$/)
    await transport.close()
  })

  test('drains: takes no new sessions, lets the ones that are there end, also after a cut', async () => {
    await start()
    const { transport } = await open(gateway.url, target.port)
    const drained = gateway.gateway.drain(60_000)
    expect((await http(`${gateway.url}/readyz`)).status).toBe(503)
    await expect(open(gateway.url, target.port)).rejects.toMatchObject({ closeCode: 1001, code: 'ERR_GATEWAY_DRAINING' })
    expect(transport.state).toBe('open')
    await transport.probe()
    await transport.close()
    await drained
    await expect(http(gateway.url)).rejects.toThrow()
  })

  test('drains no longer than it may', async () => {
    await start()
    const { transport, next } = await open(gateway.url, target.port, { resume: { giveUp: 500 } })
    await gateway.gateway.drain(100)
    await next('lost')
    expect(transport.state).toBe('lost')
  })

  test('takes another policy, and keeps the one that it has where the other one is none', async () => {
    await start()
    gateway.gateway.reload({ authorize: sharedTokens({ other: 'another token for tests' }), allow: [`127.0.0.1:${target.port}`] })
    expect((await rawClient(gateway, path).ended).code).toBe(4401)
    expect(() => gateway.gateway.reload({ authorize: sharedTokens({ other: TOKEN }), allow: ['nonsense'] })).toThrow(TypeError)
    const { opened, socket } = rawClient(gateway, path, { token: 'another token for tests' })
    await opened
    socket.terminate()
  })

  test('options that are none: typed errors, and nothing listens', async () => {
    await start()
    for (const options of [{ allow: ['nonsense'] }, { allow: 'all' }, { authorize: undefined }, { origins: ['terminal.example'] }, { origins: ['https://terminal.example/path'] }, { limits: { sessions: -1 } }, { limits: { other: 1 } }, { limits: { sessions: '1' } },
      { resume: { seconds: 90_000 } }, { resume: { window: 1 } }, { resume: { budget: 1 } }, { resume: { reauthorize: 'yes' } }, { behindProxy: ['everybody'] }]) {
      await expect(testGateway({ allow: [], ...options } as never), JSON.stringify(options)).rejects.toThrow(TypeError)
    }
  })

  test('what authorize throws is its own fault: 4500, and told to the log alone', async () => {
    await start({ authorize: () => { throw new Error('the database is away') } })
    expect(await rawClient(gateway, path).ended).toEqual({ code: 4500, reason: '' })
    expect(gateway.lines).toMatchObject([{ code: 4500, reason: 'authorize failed: the database is away' }])
  })

  test('authorize that takes too long, names nobody, or widens', async () => {
    let answer: unknown = new Promise(() => {})
    await start({ authorize: () => answer as never, limits: { authorizeMs: 100, refusalsPerSecond: 1000 } })
    expect((await rawClient(gateway, path).ended).code).toBe(4500)
    answer = { user: '' }
    expect((await rawClient(gateway, path).ended).code).toBe(4500)
    answer = { user: 'a', allow: ['nonsense'] }
    expect((await rawClient(gateway, path).ended).code).toBe(4500)
    answer = { user: 'a', allow: ['127.0.0.1:1', '0.0.0.0/0:1'] }
    expect((await rawClient(gateway, '/tcp/127.0.0.1/1').ended).code).toBe(4403)
    expect((await rawClient(gateway, path).ended).code).toBe(4403)
    answer = { user: 'a', allow: [`127.0.0.1:${target.port}`], sessions: 1 }
    const { opened, socket } = rawClient(gateway, path)
    await opened
    expect((await rawClient(gateway, path).ended).code).toBe(4429)
    socket.terminate()
  })

  test('TLS, and users who are named by their certificates', async () => {
    const file = (name: string) => folder.file(name)
    const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' })
    const issue = (name: string, subject: string) => {
      openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', file(`${name}.key`), '-out', file(`${name}.csr`), '-subj', subject)
      openssl('x509', '-req', '-in', file(`${name}.csr`), '-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-out', file(`${name}.pem`), '-days', '1', '-extfile', file('san'))
    }
    writeFileSync(file('san'), 'subjectAltName=IP:127.0.0.1\n')
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', file('ca.key'), '-out', file('ca.pem'), '-days', '1', '-subj', '/CN=authority')
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', file('stranger.key'), '-out', file('stranger.pem'), '-days', '1', '-subj', '/CN=alice')
    issue('server', '/CN=gateway')
    issue('alice', '/CN=alice')
    const read = (name: string) => readFileSync(file(name))
    await start({ authorize: clientCertificate(), listen: { tls: { cert: read('server.pem'), key: read('server.key'), clientCa: read('ca.pem') } } })
    expect(gateway.url).toMatch(/^wss:/)
    const shown = (name: string) => ({ openWebSocket: (url: string, offered: string[]) => new WebSocket(url, offered, { ca: read('ca.pem'), ...(name ? { cert: read(`${name}.pem`), key: read(`${name}.key`) } : {}) }) as never, ticket: undefined })
    const { transport } = await open(gateway.url, target.port, shown('alice'))
    expect(gateway.gateway.sessions()).toMatchObject([{ user: 'alice' }])
    await transport.close()
    for (const name of ['', 'stranger']) await expect(open(gateway.url, target.port, shown(name)), name).rejects.toMatchObject({ closeCode: 4401 })
    // Who speaks no TLS, or half of it, is cut.
    const plain = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    plain.write('GET / HTTP/1.1\r\n\r\n')
    plain.resume()
    plain.on('error', () => {})
    await once(plain, 'close')
  })

  test('a Unix socket', async () => {
    await start({ listen: { unix: folder.file('socket') } })
    const socket = new WebSocket(`ws+unix:${folder.file('socket')}:${path}`, protocols())
    await once(socket, 'open')
    socket.send('bytes', { binary: true })
    expect(String((await once(socket, 'message'))[0])).toBe('bytes')
    socket.terminate()
  })

  test('the PROXY protocol from its proxies, and to targets', async () => {
    await start({ listen: { proxyProtocol: true }, behindProxy: ['127.0.0.1'], proxyToTargets: true })
    const behind = async (header: Buffer | string) => {
      const { port } = new URL(gateway.url)
      const socket = connect(Number(port), '127.0.0.1')
      socket.on('error', () => {})
      await once(socket, 'connect')
      socket.write(header)
      const client = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols(), { createConnection: () => socket } as never)
      client.on('error', () => {})
      return client
    }
    for (const header of ['PROXY TCP4 203.0.113.9 127.0.0.1 5000 80\r\n', proxyHeaderV2(parseAddress('203.0.113.9') as Uint8Array, parseAddress('127.0.0.1') as Uint8Array, 80)]) {
      const client = await behind(header)
      await once(client, 'open')
      const echoed = once(client, 'message')
      client.send('bytes', { binary: true })
      await expect.poll(() => gateway.gateway.sessions()[0]?.client).toBe('203.0.113.9')
      await echoed
      const { length, client: told } = parseProxyHeader(first.at(-1) as Buffer) as { length: number, client: string }
      expect([length, told]).toEqual([28, '203.0.113.9'])
      client.terminate()
      await expect.poll(() => gateway.gateway.sessions().length).toBe(0)
    }
    const none = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    none.on('error', () => {})
    none.end('GET / HTTP/1.1\r\n')
    none.resume()
    await once(none, 'close')
  })

  test('a page of its own origin only by its own path', async () => {
    await start()
    const { transport } = await open(`${gateway.url.replace('ws', 'http')}/`, target.port)
    const writer = transport.writable.getWriter()
    await writer.write(Buffer.from('ping'))
    await new Reader(transport).until('ping')
    await transport.close()
  })
})

test('headers of the PROXY protocol', () => {
  const parse = (text: string) => parseProxyHeader(Buffer.from(text, 'latin1'))
  expect(parse('PROXY TCP6 2001:db8::1 ::1 1 2\r\nGET')).toEqual({ length: 32, client: '2001:db8::1' })
  expect(parse('PROXY UNKNOWN\r\n')).toEqual({ length: 15, client: undefined })
  expect([parse(''), parse('PRO'), parse('PROXY TCP4 1.2.3.4'), parse('\r\n\r\n\0\r\nQUIT\n')]).toEqual([undefined, undefined, undefined, undefined])
  const six = proxyHeaderV2(parseAddress('2001:db8::1') as Uint8Array, parseAddress('127.0.0.1') as Uint8Array, 22)
  expect(parseProxyHeader(six)).toEqual({ length: 52, client: '2001:db8::1' })
  for (const text of ['GET / HTTP/1.1', 'PROXY TCP9 a b c d\r\n', `PROXY ${'x'.repeat(120)}`, '\r\n\r\n\0\r\nQUIT\n\x31\x11\0\x0c'.padEnd(28, 'x'), '\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff'.padEnd(40, 'x'), '\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x04'.padEnd(20, 'x')]) {
    expect(() => parse(text), JSON.stringify(text)).toThrow('PROXY')
  }
})

test('X-Forwarded-For: the nearest address that is no proxy of ours, and nothing of what stands before it', () => {
  const proxies = new TrustedProxies(['10.0.0.0/8', '127.0.0.1', 'fd00::/8'])
  const client = (forwarded: string | undefined, peer = '10.0.0.1') => proxies.clientOf({ headers: { 'x-forwarded-for': forwarded } } as never, peer)
  expect(client('203.0.113.5')).toBe('203.0.113.5')
  expect(client('1.1.1.1, 203.0.113.5, 10.2.3.4')).toBe('203.0.113.5')
  expect(client('1.1.1.1', '203.0.113.9')).toBe('203.0.113.9')
  expect(client('nonsense, 10.2.3.4')).toBe('10.0.0.1')
  expect(client(undefined)).toBe('10.0.0.1')
  expect(client('10.9.9.9')).toBe('10.9.9.9')
})
