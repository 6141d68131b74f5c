import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Authorize, type AuthorizeRequest, clientCertificate, cloudflareAccess, mintTicket, oidc, proxyUser, sharedTokens, tickets } from '../../packages/gateway/src/index.ts'

const AUDIENCE = 'gw.example'
const asking = (more: Partial<AuthorizeRequest> = {}): AuthorizeRequest => ({
  target: 'db1.example:22', credentials: undefined, origin: undefined, client: '203.0.113.7', peer: '203.0.113.7', headers: {}, resuming: false, signal: AbortSignal.timeout(5000), ...more,
})
const ask = async (authorize: Authorize, credentials: string | undefined) => authorize(asking({ credentials }))

describe('tickets', () => {
  let key: JWK
  let other: JWK
  let jwks: { keys: JWK[] }
  let authorize: Authorize
  beforeAll(async () => {
    const pair = async (algorithm: string) => {
      const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
      return [{ ...await exportJWK(privateKey), kid: algorithm, alg: algorithm }, { ...await exportJWK(publicKey), kid: algorithm, alg: algorithm }] as const
    }
    const [[one, onePublic], [two, twoPublic], [stranger]] = await Promise.all([pair('EdDSA'), pair('ES256'), pair('EdDSA')])
    key = one
    other = { ...stranger, kid: 'EdDSA' }
    jwks = { keys: [onePublic, twoPublic] }
    authorize = tickets({ jwks, audience: AUDIENCE })
    expect(await ask(authorize, await mintTicket({ key: two, audience: AUDIENCE, user: 'es' }))).toEqual({ user: 'es' })
  })
  const signed = async (claims: object, { alg = 'EdDSA', by = key } = {}) => {
    const now = Math.floor(Date.now() / 1000)
    const payload = { aud: AUDIENCE, sub: 'alice', iat: now, exp: now + 30, jti: crypto.randomUUID(), ...claims }
    return new SignJWT(payload).setProtectedHeader({ alg, kid: 'EdDSA' }).sign(by)
  }

  test('name the user, narrow the targets and limit the time', async () => {
    const ticket = await mintTicket({ key, audience: AUDIENCE, user: 'alice', targets: ['db1.example:22'], sessionSeconds: 60 })
    const answer = await ask(authorize, ticket)
    expect(answer).toMatchObject({ user: 'alice', allow: ['db1.example:22'] })
    expect((answer as { until: Date }).until.getTime()).toBeGreaterThan(Date.now() + 50_000)
  })

  test('are good once', async () => {
    const ticket = await mintTicket({ key, audience: AUDIENCE, user: 'alice' })
    expect(await ask(authorize, ticket)).toMatchObject({ user: 'alice' })
    expect(await ask(authorize, ticket)).toEqual({ refuse: 4401, text: 'used before' })
  })

  test('that are not good are refused in a word that shows nothing of them', async () => {
    const now = Math.floor(Date.now() / 1000)
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify({ aud: AUDIENCE, sub: 'alice', exp: now + 30, iat: now, jti: 'x' })).toString('base64url')}.`
    const hmac = await new SignJWT({ sub: 'alice', jti: 'y' }).setProtectedHeader({ alg: 'HS256', kid: 'EdDSA' }).setAudience(AUDIENCE).setIssuedAt().setExpirationTime('30s').sign(new TextEncoder().encode(JSON.stringify(jwks.keys[0])))
    const bad: [name: string, ticket: string | undefined][] = [
      ['none', undefined], ['empty', ''], ['no JWT', 'not a ticket'], ['unsigned', unsigned], ['signed with the public key as a secret', hmac],
      ["a stranger's", await signed({}, { by: other })], ["another gateway's", await signed({ aud: 'other' })], ['expired', await signed({ iat: now - 120, exp: now - 90 })],
      ['too long a life', await signed({ exp: now + 3600 })], ['no user', await signed({ sub: undefined })], ['no jti', await signed({ jti: undefined })], ['no exp', await signed({ exp: undefined })],
      ['targets that are no list', await signed({ tgt: 'everything' })], ['issued in the future', await signed({ iat: now + 3600, exp: now + 3610, nbf: now + 3600 })],
    ]
    for (const [name, ticket] of bad) {
      const answer = await ask(authorize, ticket) as { refuse: number, text: string }
      expect(answer.refuse, name).toBe(4401)
      if (ticket) expect(answer.text).not.toContain(ticket)
    }
    expect(await ask(tickets({ jwks, audience: AUDIENCE, issuer: 'backend' }), await signed({}))).toMatchObject({ refuse: 4401, text: 'wrong iss' })
  })

  test('nobody can mint one that no gateway would take', async () => {
    for (const wrong of [{ seconds: 61 }, { seconds: 0 }, { user: '' }, { audience: '' }, { targets: ['nonsense'] }, { key: { kty: 'RSA', alg: 'RS256' } }]) {
      await expect(mintTicket({ key, audience: AUDIENCE, user: 'a', ...wrong }), JSON.stringify(wrong)).rejects.toThrow(TypeError)
    }
  })
})

describe('OpenID Connect, Cloudflare Access', () => {
  test('tokens of the issuer, found by discovery; keys that cannot be had are nobody’s fault', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
    let up = true
    const server = createServer((request, response) => {
      const { port } = server.address() as AddressInfo
      const issuer = `http://127.0.0.1:${port}`
      if (!up) return void response.writeHead(500).end()
      void exportJWK(publicKey).then((jwk) => response.end(JSON.stringify(request.url === '/keys' ? { keys: [{ ...jwk, alg: 'RS256', kid: 'k' }] } : { issuer, jwks_uri: `${issuer}/keys` })))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const token = (claims: Record<string, unknown>) => new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k' }).setIssuer(issuer).setAudience('app').setIssuedAt().setExpirationTime('1h').sign(privateKey)
    const authorize = oidc({ issuer, audience: 'app', claim: 'email', allow: ({ groups }) => Array.isArray(groups) ? ['db1.example:22'] : [] })
    up = false
    await expect(ask(authorize, await token({ email: 'a@example.org' }))).rejects.toThrow('keys of the issuer')
    up = true
    expect(await ask(authorize, await token({ email: 'a@example.org', groups: ['dba'] }))).toEqual({ user: 'a@example.org', allow: ['db1.example:22'] })
    expect(await ask(authorize, await token({ email: 'a@example.org' }))).toEqual({ user: 'a@example.org', allow: [] })
    expect(await ask(authorize, await token({}))).toMatchObject({ refuse: 4401, text: 'no email' })
    expect(await ask(oidc({ issuer, audience: 'other' }), await token({ sub: 'a' }))).toMatchObject({ refuse: 4401, text: 'wrong aud' })
    const access = cloudflareAccess({ team: issuer, audience: 'app', jwks: { keys: [{ ...await exportJWK(publicKey), alg: 'RS256', kid: 'k' }] } })
    expect(await access(asking({ headers: { 'cf-access-jwt-assertion': await token({ email: 'b@example.org' }) } }))).toEqual({ user: 'b@example.org' })
    expect(await access(asking({ headers: { 'cf-access-jwt-assertion': await token({ common_name: 'service' }) } }))).toEqual({ user: 'service' })
    expect(await access(asking({ credentials: await token({ email: 'b@example.org' }) }))).toMatchObject({ refuse: 4401 })
    server.closeAllConnections()
    server.close()
  })
  test('an issuer without TLS, and options that are missing', () => {
    expect(() => oidc({ issuer: 'http://login.example', audience: 'a' })).toThrow('https')
    expect(() => oidc({ issuer: 'https://login.example', audience: '' })).toThrow('audience')
    expect(() => cloudflareAccess({ team: 'https://t.cloudflareaccess.com', audience: '' })).toThrow('audience')
    expect(() => tickets({ jwks: { keys: [] }, audience: '' })).toThrow('audience')
  })
})

test('a proxy names users, from its own address only', async () => {
  const authorize = proxyUser({ header: 'X-Forwarded-User', from: ['10.0.0.0/8'] })
  expect(await authorize(asking({ peer: '10.1.2.3', headers: { 'x-forwarded-user': ' alice ' } }))).toEqual({ user: 'alice' })
  for (const more of [{ peer: '203.0.113.7', headers: { 'x-forwarded-user': 'alice' } }, { peer: '-', headers: { 'x-forwarded-user': 'alice' } }, { peer: '10.1.2.3' }, { peer: '10.1.2.3', headers: { 'x-forwarded-user': ' ' } }]) {
    expect(await authorize(asking(more)), JSON.stringify(more)).toMatchObject({ refuse: 4401 })
  }
  expect(() => proxyUser({ header: 'x', from: [] })).toThrow(TypeError)
  expect(() => proxyUser({ header: 'x', from: ['everywhere'] })).toThrow(TypeError)
})

test('certificates name users', async () => {
  const certificate = { subject: { CN: 'alice', OU: 'dba' }, fingerprint: 'AA' }
  expect(await clientCertificate()(asking({ certificate }))).toEqual({ user: 'alice' })
  expect(await clientCertificate({ user: ({ subject }) => subject['OU'] })(asking({ certificate }))).toEqual({ user: 'dba' })
  expect(await clientCertificate()(asking())).toMatchObject({ refuse: 4401 })
  expect(await clientCertificate()(asking({ certificate: { subject: {}, fingerprint: 'AA' } }))).toMatchObject({ refuse: 4401 })
})

test('tokens with names, and with targets of their own', async () => {
  const authorize = sharedTokens({ backup: 'a token for the backup', dba: { token: 'another token, for dbas', allow: ['db1.example:22'], sessions: 2 } })
  expect(await ask(authorize, 'a token for the backup')).toMatchObject({ user: 'backup' })
  expect(await ask(authorize, 'another token, for dbas')).toEqual({ user: 'dba', allow: ['db1.example:22'], sessions: 2 })
  expect(await ask(authorize, 'a third token, unknown')).toEqual({ refuse: 4401, text: 'wrong token' })
})
