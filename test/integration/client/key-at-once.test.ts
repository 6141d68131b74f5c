// Which keys are sent with their signature at once, and what that signature covers: a login is a round trip shorter for them.
import { expect, test } from 'vitest'
import { connect, insecureAcceptAnyHostKey, parsePrivateKey, publicKey, type AuthenticationError, type AuthMethod } from '../../../src/index.ts'
import { verifySignature } from '../../../src/host-key/verify-signature.ts'
import { WireReader } from '../../../src/wire-format/reader.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'
import { type KeyType, keyPair } from '../../support/key-pairs.ts'
import { message, serveHandshake, SSH_MSG, startScriptedServer } from '../../support/scripted-server.ts'

const PK_OK = 60

/** What a server sees of the requests for publickey: `?` asks, `!` is signed, `x` has a signature that is not of this session and this request. It takes what is signed if `takes`. */
async function seenOf(auth: readonly AuthMethod[], takes = true) {
  const seen: string[] = []
  await using server = await startScriptedServer(async (connection) => {
    await serveHandshake(connection)
    for (;;) {
      const request = await connection.receive(SSH_MSG.USERAUTH_REQUEST)
      const fields = new WireReader(request.subarray(1))
      const [user, service, method] = [fields.text(), fields.text(), fields.text()]
      expect([user, service]).toEqual(['user', 'ssh-connection'])
      const failure = () => connection.send(message(SSH_MSG.USERAUTH_FAILURE).string('publickey').boolean(false).finish())
      if (method !== 'publickey') {
        failure()
        continue
      }
      const signed = fields.boolean(), algorithm = fields.text(), blob = fields.string()
      if (!signed) {
        seen.push('?')
        connection.send(message(PK_OK).string(algorithm).string(blob).finish())
        continue
      }
      const covered = request.subarray(0, request.length - fields.remaining)
      const holds = await verifySignature(blob, fields.string(), new WireWriter().string(connection.sessionId!).bytes(covered).finish())
      seen.push(holds ? '!' : 'x')
      if (takes) break
      failure()
    }
    connection.send(message(SSH_MSG.USERAUTH_SUCCESS).finish())
    await connection.receiveAll()
  })
  const result = await connect({ host: server.host, port: server.port, username: 'user', hostKey: insecureAcceptAnyHostKey(), auth }).catch((error: unknown) => error as AuthenticationError)
  if ('close' in result) await result.close()
  return { seen: seen.join(' '), result }
}

const textOf = async (type: KeyType) => (await keyPair(type, 'user')).privateKey

test.each<[string, () => Promise<AuthMethod>, string]>([
  ['an Ed25519 key', async () => publicKey(await textOf('ed25519')), '!'],
  ['a parsed one', async () => publicKey(await parsePrivateKey(await textOf('ed25519'))), '!'],
  ['an ECDSA key', async () => publicKey(await textOf('ecdsa')), '!'],
  ['an RSA key, whose signature takes long and has several algorithms', async () => publicKey(await textOf('rsa')), '? !'],
  ['a signer of the caller, who may ask a person', async () => {
    const key = await parsePrivateKey(await textOf('ed25519'))
    return publicKey({ publicKey: key.publicKey, sign: (data, algorithm) => key.sign(data, algorithm) })
  }, '? !'],
])('%s', async (_, method, seen) => {
  const visit = await seenOf([await method()])
  expect(visit).toMatchObject({ seen, result: { authenticatedBy: { method: 'publickey', outcome: 'accepted' } } })
})

test('a refusal is told as that of a key that the server was asked about, and the next key follows', async () => {
  const { seen, result } = await seenOf([publicKey(await textOf('ed25519')), publicKey(await textOf('ecdsa'))], false)
  expect(result).toMatchObject({
    name: 'AuthenticationError', code: 'ERR_AUTHENTICATION_FAILED', methodsLeft: ['publickey'],
    attempts: [{ outcome: 'refused', keyType: 'ssh-ed25519', algorithm: 'ssh-ed25519' }, { outcome: 'refused', keyType: 'ecdsa-sha2-nistp256' }],
  })
  expect(seen).toBe('! !')
})

test('a key that was wiped says so, and sends nothing', async () => {
  const key = await parsePrivateKey(await textOf('ed25519'))
  key.wipe()
  const { seen, result } = await seenOf([publicKey(key)])
  expect(result).toMatchObject({ name: 'AuthenticationError', attempts: [{ outcome: 'failed', error: { message: expect.stringMatching(/wiped/) as string } }] })
  expect(seen).toBe('')
})

/** A login whose signed key gets these banners and then the verdict. */
async function withBanners(banners: readonly string[], verdict: Uint8Array | undefined) {
  await using server = await startScriptedServer(async (connection) => {
    await serveHandshake(connection)
    await connection.receive(SSH_MSG.USERAUTH_REQUEST)
    connection.send(message(SSH_MSG.USERAUTH_FAILURE).string('publickey').boolean(false).finish())
    await connection.receive(SSH_MSG.USERAUTH_REQUEST)
    for (const text of banners) connection.send(message(SSH_MSG.USERAUTH_BANNER).string(text).string('').finish())
    if (!verdict) return connection.end()
    connection.send(verdict)
    await connection.receiveAll()
  })
  let shown = ''
  const auth = [publicKey(await textOf('ed25519'))]
  const result = await connect({ host: server.host, port: server.port, username: 'user', hostKey: insecureAcceptAnyHostKey(), auth, onBanner: (text) => { shown += text } }).catch((error: unknown) => error as AuthenticationError)
  if ('close' in result) await result.close()
  return { shown, result }
}

test.each<[string, Uint8Array | undefined]>([
  ['the success', message(SSH_MSG.USERAUTH_SUCCESS).finish()], ['the refusal', message(SSH_MSG.USERAUTH_FAILURE).string('password').boolean(false).finish()], ['the end', undefined],
])('banners that come before %s are passed on', async (_, verdict) => {
  expect((await withBanners(['first\n', 'second\n'], verdict)).shown).toBe('first\nsecond\n')
})

test('banners have an end here too', async () => {
  const { result } = await withBanners(Array.from({ length: 10 }, () => 'x'.repeat(30_000)), message(SSH_MSG.USERAUTH_SUCCESS).finish())
  expect(JSON.stringify((result as AuthenticationError).attempts.map(({ error }) => (error as { code?: string }).code))).toBe('["ERR_LIBSSH2_OUT_OF_BOUNDARY"]')
})
