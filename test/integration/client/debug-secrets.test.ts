// SECURITY.md: neither errors nor debug output contain secrets.
import { expect, test } from 'vitest'
import { AuthenticationError, type AuthMethod, connect, formatPrivateKey, generateKeyPair, insecureAcceptAnyHostKey, keyboardInteractive, password, publicKey } from '../../../src/index.ts'
import { message, serveHandshake, SSH_MSG, startScriptedServer } from '../../support/scripted-server.ts'

const SECRET = 'hunter2-and-more'
const text = await formatPrivateKey(await generateKeyPair('ed25519'), { passphrase: SECRET })

test.each<[string, () => AuthMethod]>([
  ['a password', () => password(SECRET)],
  ['answers to prompts', () => keyboardInteractive(() => [SECRET])],
  ['the passphrase of a key', () => publicKey(text, { passphrase: SECRET })],
  ['the wrong passphrase of a key', () => publicKey(text, { passphrase: `${SECRET}?` })],
])('%s: neither debug output nor error nor attempts tell it', async (_, method) => {
  const said: string[] = []
  await using server = await startScriptedServer(async (connection) => {
    await serveHandshake(connection)
    let prompted = false
    for (;;) {
      const asked = Buffer.from(await connection.receive(SSH_MSG.USERAUTH_REQUEST))
      if (asked.includes('keyboard-interactive') && !prompted) {
        prompted = true
        connection.send(message(60).string('').string('').string('').uint32(1).string('Password: ').boolean(false).finish())
        expect(Buffer.from(await connection.receive(61)).includes(SECRET)).toBe(true)
      }
      connection.send(message(SSH_MSG.USERAUTH_FAILURE).nameList(['publickey', 'password', 'keyboard-interactive']).boolean(false).finish())
    }
  })
  const error: unknown = await connect({
    host: server.host, port: server.port, username: 'user', hostKey: insecureAcceptAnyHostKey(), auth: [method()], debug: (...words: unknown[]) => { said.push(words.map(String).join(' ')) },
  }).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(AuthenticationError)
  expect(said.length).toBeGreaterThan(0)
  const { attempts, message: words, stack } = error as AuthenticationError
  for (const each of [...said, words, stack, JSON.stringify(error), ...attempts.map((attempt) => `${JSON.stringify(attempt)} ${String(attempt.error)} ${(attempt.error as Error | undefined)?.stack} ${String((attempt.error as Error | undefined)?.cause)}`)]) expect(each).not.toContain(SECRET)
})
