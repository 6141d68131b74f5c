// What the documents promise of the gateway, and no other test shows.
import { exportJWK, generateKeyPair } from 'jose'
import { expect, test } from 'vitest'
import { mintTicket, tickets } from '../../../packages/gateway/src/index.ts'
import { sameBytes } from '../../../packages/gateway/src/policy/same-secret.ts'
import { connect as connectSocket } from 'node:net'
import { connect, insecureAcceptAnyHostKey, password } from '../../../src/index.ts'
import { open } from '../../gateway/client.ts'
import { rawClient, tcpTarget, testGateway, TOKEN } from '../../gateway/rig.ts'
import { message, serveLogin, SSH_MSG, startScriptedServer } from '../../support/scripted-server.ts'

test('digests are compared to their end, wherever they differ', () => {
  const right = new Uint8Array(32).fill(7)
  for (const difference of [0, 15, 31, undefined]) {
    const shown = right.slice()
    if (difference !== undefined) shown[difference] = 8
    const read: string[] = []
    const watched = new Proxy(right, { get: (bytes, name) => {
      read.push(String(name))
      return Reflect.get(bytes, name) as unknown
    } })
    expect(sameBytes(shown, watched)).toBe(difference === undefined)
    expect(read.filter((name) => /^\d+$/.test(name))).toHaveLength(32)
  }
})

test('a ticket works once at each gateway, for 60 seconds at most', async () => {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  const key = { ...await exportJWK(privateKey), kid: 'a', alg: 'EdDSA' }
  const options = { jwks: { keys: [{ ...await exportJWK(publicKey), kid: 'a', alg: 'EdDSA' }] }, audience: 'gw.example' }
  const ticket = await mintTicket({ key, audience: 'gw.example', user: 'alice', seconds: 60 })
  const asked = { target: 'db1.example:22', credentials: ticket, origin: undefined, client: '203.0.113.7', peer: '203.0.113.7', headers: {}, resuming: false, signal: AbortSignal.timeout(5000) }
  for (const authorize of [tickets(options), tickets(options)]) {
    expect(await authorize(asked)).toMatchObject({ user: 'alice' })
    expect(await authorize(asked)).toMatchObject({ refuse: 4401 })
  }
  await expect(mintTicket({ key, audience: 'gw.example', user: 'alice', seconds: 61 })).rejects.toThrow(TypeError)
})

test('paths of nassh are none unless they are asked for', async () => {
  await using target = await tcpTarget((socket) => socket.end())
  const gateway = await testGateway({ allow: [`127.0.0.1:${target.port}`] })
  try {
    const path = `/v4/connect?host=127.0.0.1&port=${target.port}`
    expect(await rawClient(gateway, path, { token: TOKEN }).ended).toMatchObject({ code: 4403 })
    expect(target.sockets).toHaveLength(0)
    expect((await fetch(new URL('/cookie?version=2&method=direct', gateway.url.replace('ws', 'http')))).status).not.toBe(200)
  } finally {
    await gateway.close()
  }
})

test('what a gateway carries has neither passwords nor data in it, in either direction', async () => {
  const [secret, said] = ['a password that nobody else has', 'words that the server says to the client alone']
  const carried: Buffer[] = []
  await using server = await startScriptedServer(async (connection) => {
    await serveLogin(connection)
    connection.send(message(SSH_MSG.IGNORE).string(said.repeat(10)).finish())
    await connection.receiveAll()
  })
  await using relay = await tcpTarget((socket) => {
    const onwards = connectSocket(server.port, server.host)
    for (const [from, to] of [[socket, onwards], [onwards, socket]] as const) {
      from.on('error', () => {}).on('data', (bytes: Buffer) => {
        carried.push(bytes)
        to.write(bytes)
      }).on('end', () => to.end())
    }
  })
  const gateway = await testGateway({ allow: [`127.0.0.1:${relay.port}`] })
  try {
    const { transport } = await open(gateway.url, relay.port)
    const client = await connect({ transport, host: '127.0.0.1', username: 'user', hostKey: insecureAcceptAnyHostKey(), auth: [password(secret)] })
    await client.close()
  } finally {
    await gateway.close()
  }
  const all = Buffer.concat(carried)
  expect(all.length).toBeGreaterThan(1000)
  expect(all.includes('SSH-2.0-')).toBe(true)
  for (const text of [secret, said, 'ssh-userauth']) expect(all.includes(text), text).toBe(false)
})
