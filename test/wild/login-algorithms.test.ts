// Servers whose first server-sig-algs (RFC 8308) lists too little: OpenSSH itself sends a second list during login, and some list RSA's names alone. What is not named
// is asked about before it is given up.
import { expect, test } from 'vitest'
import { connect, insecureAcceptAnyHostKey, publicKey } from '../../src/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { WireReader } from '../../src/wire-format/reader.ts'
import { type KeyType, keyPair } from '../support/key-pairs.ts'
import { message, serveHandshake, SSH_MSG, startScriptedServer } from '../support/scripted-server.ts'

const PK_OK = 60

const extInfo = (names: string) => message(SSH_MSG.EXT_INFO).uint32(1).string('server-sig-algs').string(names).finish()

/** The requests of a login with a key at a server that announces `lists`, one behind the handshake and one behind each request, and accepts `knows`. */
async function visit(type: KeyType, lists: readonly string[], knows: (algorithm: string) => boolean) {
  const { privateKey } = await keyPair(type, 'user')
  const seen: string[] = []
  await using server = await startScriptedServer(async (connection) => {
    await serveHandshake(connection)
    for (let requests = 0; ; requests++) {
      if (lists[requests] !== undefined) connection.send(extInfo(lists[requests] as string))
      const fields = new WireReader((await connection.receive(SSH_MSG.USERAUTH_REQUEST)).subarray(1))
      fields.string()
      fields.string()
      if (fields.text() !== 'publickey') {
        connection.send(message(SSH_MSG.USERAUTH_FAILURE).string('publickey').boolean(false).finish())
        continue
      }
      const signed = fields.boolean()
      const algorithm = fields.text()
      const blob = fields.string()
      seen.push(`${signed ? '!' : '?'} ${algorithm}`)
      if (!knows(algorithm)) connection.send(message(SSH_MSG.USERAUTH_FAILURE).string('publickey').boolean(false).finish())
      else if (signed) break
      else connection.send(message(PK_OK).string(algorithm).string(blob).finish())
    }
    connection.send(message(SSH_MSG.USERAUTH_SUCCESS).finish())
    await connection.receiveAll()
  })
  const login = connect({ transport: await connectTcp(server), username: 'user', hostKey: insecureAcceptAnyHostKey(), auth: [publicKey(privateKey)] })
  const client = await login.catch(() => undefined)
  await client?.close()
  return { seen, algorithm: client?.authenticatedBy?.algorithm }
}

test.each<[KeyType, string, string]>([
  ['ed25519', 'rsa-sha2-256,rsa-sha2-512', 'ssh-ed25519'],
  ['ecdsa', 'ssh-ed25519', 'ecdsa-sha2-nistp256'],
  ['rsa', 'ssh-ed25519', 'rsa-sha2-512'],
  ['ed25519', '', 'ssh-ed25519'],
])('a key of %s where server-sig-algs has only %j: the server is asked, and takes it', async (type, list, algorithm) => {
  expect(await visit(type, [list], (name) => name === algorithm)).toEqual({ seen: [`? ${algorithm}`, `! ${algorithm}`], algorithm })
})

test('a list that comes with the login counts, too', async () => {
  expect(await visit('rsa', ['ssh-ed25519', 'ssh-ed25519,rsa-sha2-256'], (name) => name === 'rsa-sha2-256')).toEqual({ seen: ['? rsa-sha2-256', '! rsa-sha2-256'], algorithm: 'rsa-sha2-256' })
})

test('a server that refuses it is not signed for', async () => {
  expect(await visit('ed25519', ['rsa-sha2-512'], () => false)).toEqual({ seen: ['? ssh-ed25519'], algorithm: undefined })
})
