import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type GatewayOptions, sharedTokens } from '../../packages/gateway/src/index.ts'
import { rawClient, tcpTarget, type TcpTarget, TOKEN, type TestGateway, testGateway } from './rig.ts'

describe('the gateway refuses', () => {
  let target: TcpTarget
  let gateway: TestGateway
  beforeEach(async () => {
    target = await tcpTarget((socket) => socket.write('hello'))
  })
  afterEach(async () => {
    await gateway.close()
    await target.close()
  })
  const start = async (options: Partial<GatewayOptions> = {}) => {
    gateway = await testGateway({ allow: [`127.0.0.1:${target.port}`], ...options, limits: { refusalsPerSecond: 1000, ...options.limits } })
    return `/tcp/127.0.0.1/${target.port}`
  }

  test.each([
    ['no token', null], ['wrong token', `${TOKEN}!`], ['wrong token', TOKEN.slice(0, -1)], ['wrong token', TOKEN.toUpperCase()], ['wrong token', ''],
  ])('%s: %j', async (reason, token) => {
    const path = await start()
    expect(await rawClient(gateway, path, { token }).ended).toMatchObject({ code: 4401 })
    expect(gateway.lines).toMatchObject([{ event: 'refuse', reason, code: 4401, client: '127.0.0.1' }])
    expect(gateway.lines[0]?.target).toBeUndefined()
    expect(target.sockets).toHaveLength(0)
  })

  test('two tokens, one of them right', async () => {
    const path = await start()
    const wrong = Buffer.from('another token, a wrong one').toString('base64url')
    const both = `binary, ticket.${Buffer.from(TOKEN).toString('base64url')}, token.${wrong}`
    expect(await rawClient(gateway, path, { token: null, headers: { 'sec-websocket-protocol': both } }).ended).toMatchObject({ code: 4401 })
  })

  test('a token of fewer than 16 characters in its configuration', async () => {
    await start()
    expect(() => sharedTokens({ everybody: '15 characters..' })).toThrow('16 characters')
    expect(() => sharedTokens({})).toThrow('at least one')
  })

  test('what is not on the list, and tells strangers nothing about the list', async () => {
    await start()
    for (const path of ['/tcp/127.0.0.1/1', `/tcp/localhost/${target.port}`, `/tcp/127.0.0.2/${target.port}`, `/tcp/%3A%3A1/${target.port}`]) {
      expect(await rawClient(gateway, path).ended, path).toMatchObject({ code: 4403 })
      expect(await rawClient(gateway, path, { token: null }).ended, path).toMatchObject({ code: 4401 })
    }
    for (const path of ['/', '/tcp/', `/tcp/0x7f000001/${target.port}`, `/tcp/2130706433/${target.port}`, `/tcp/127.1/${target.port}`, `/tcp/%5B%3A%3A1%5D/${target.port}`, `http://127.0.0.1/tcp/127.0.0.1/${target.port}`]) {
      expect(await rawClient(gateway, path).ended, path).toMatchObject({ code: 4403 })
    }
    expect(target.sockets).toHaveLength(0)
  })

  test('pages of other origins', async () => {
    const path = await start({ origins: ['https://terminal.example'] })
    for (const origin of ['https://terminal.example.evil', 'http://terminal.example', 'null']) expect(await rawClient(gateway, path, { headers: { origin } }).ended).toMatchObject({ code: 4403 })
    const { socket, opened } = rawClient(gateway, path, { headers: { origin: 'https://terminal.example' } })
    await opened
    socket.terminate()
  })

  test('what is no WebSocket', async () => {
    await start()
    const { status } = await fetch(gateway.url.replace('ws:', 'http:'))
    expect(status).toBe(426)
  })

  test('a listed name whose address is not listed and not public', async () => {
    const answers: Record<string, string[]> = {
      'loopback.test': ['127.0.0.1'], 'six.test': ['::1'], 'mapped.test': ['::ffff:127.0.0.1'], 'private.test': ['10.0.0.1'], 'metadata.test': ['169.254.169.254'], 'zone.test': ['fe80::1%lo'], 'any.test': ['0.0.0.0', '::'],
    }
    await start({ allow: Object.keys(answers).map((name) => `${name}:${target.port}`), resolve: async (name) => answers[name] ?? [] })
    for (const name of Object.keys(answers)) {
      expect(await rawClient(gateway, `/tcp/${name}/${target.port}`).ended, name).toEqual({ code: 4403, reason: '' })
    }
    expect(target.sockets).toHaveLength(0)
  })

  test("the system's own name for loopback, if only the name is listed", async () => {
    await start({ allow: [`localhost:${target.port}`] })
    expect(await rawClient(gateway, `/tcp/localhost/${target.port}`).ended).toEqual({ code: 4403, reason: '' })
    expect(target.sockets).toHaveLength(0)
  })

  test('to ask a name server twice: rebinding changes nothing', async () => {
    let asked = 0
    const elsewhere = await tcpTarget((socket) => socket.write('elsewhere'), { host: '127.0.0.2' })
    await start({ allow: [`rebind.test:${elsewhere.port}`, `127.0.0.2:${elsewhere.port}`], resolve: async () => [asked++ === 0 ? '127.0.0.2' : '127.0.0.1'] })
    const client = rawClient(gateway, `/tcp/rebind.test/${elsewhere.port}`)
    const [data] = await once(client.socket, 'message') as [Buffer]
    expect(data.toString()).toBe('elsewhere')
    expect(asked).toBe(1)
    // The next connection gets the other answer, which is not allowed.
    expect(await rawClient(gateway, `/tcp/rebind.test/${elsewhere.port}`).ended).toEqual({ code: 4403, reason: '' })
    client.socket.terminate()
    await elsewhere.close()
  })

  test('to follow what a target says: a redirect is bytes like all others', async () => {
    const answer = `HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:${target.port}/\r\nContent-Length: 0\r\n\r\n`
    await using redirecting = await tcpTarget((socket) => socket.end(answer))
    await start({ allow: [`127.0.0.1:${redirecting.port}`] })
    const client = rawClient(gateway, `/tcp/127.0.0.1/${redirecting.port}`)
    const [data] = await once(client.socket, 'message') as [Buffer]
    expect(data.toString()).toBe(answer)
    expect(await client.ended).toMatchObject({ code: 1000 })
    expect(target.sockets).toHaveLength(0)
  })

  test('of several addresses those that are not allowed', async () => {
    await start({ allow: [`many.test:${target.port}`, `127.0.0.1:${target.port}`], resolve: async () => ['10.0.0.1', '::1', '127.0.0.1'] })
    const client = rawClient(gateway, `/tcp/many.test/${target.port}`)
    const [data] = await once(client.socket, 'message') as [Buffer]
    expect(data.toString()).toBe('hello')
    client.socket.terminate()
  })

  test('to go on where it cannot connect', async () => {
    await start({ allow: ['127.0.0.1:1', 'gone.test:22'], resolve: async () => { throw new Error('no such name') } })
    for (const path of ['/tcp/127.0.0.1/1', '/tcp/gone.test/22']) expect(await rawClient(gateway, path).ended, path).toEqual({ code: 4502, reason: 'target unreachable' })
  })

  test('to wait for a name server for ever', async () => {
    await start({ allow: ['slow.test:22'], resolve: () => new Promise(() => {}), limits: { connectMs: 500 } })
    expect(await rawClient(gateway, '/tcp/slow.test/22').ended).toEqual({ code: 4504, reason: 'connect timeout' })
  })
})
