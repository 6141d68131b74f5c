// What the documents promise of the gateway, and no other test shows.
import { exportJWK, generateKeyPair } from 'jose'
import { expect, test } from 'vitest'
import { mintTicket, tickets } from '../../../packages/gateway/src/index.ts'
import { sameBytes } from '../../../packages/gateway/src/policy/same-secret.ts'
import { rawClient, tcpTarget, testGateway, TOKEN } from '../../gateway/rig.ts'

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
