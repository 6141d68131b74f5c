// A server's prompts say who asks: it could pretend to be another host, such as the one behind it.
import { expect, test } from 'vitest'
import { connect, insecureAcceptAnyHostKey } from '../../../src/index.ts'
import type { SshConfig } from '../../../src/openssh/config/ssh-config.ts'
import { prepareLogin } from '../../../src/openssh/login/methods.ts'
import { type Connection, message, serveHandshake, SSH_MSG, startScriptedServer } from '../../support/scripted-server.ts'

const FAKE = "root@vault's password: "
const settings = {
  user: 'ada', host: 'jump', hostName: 'Jump.example', pubkeyAuthentication: 'no', kbdInteractiveAuthentication: true, passwordAuthentication: true, batchMode: false,
  numberOfPasswordPrompts: 1, preferredAuthentications: undefined,
} as unknown as SshConfig

/** What a person is asked by a server that does `script` when a request with `method` has come. */
async function questions(method: string, script: (connection: Connection) => Promise<void>): Promise<string[]> {
  await using server = await startScriptedServer(async (connection) => {
    await serveHandshake(connection)
    for (;;) {
      if (Buffer.from(await connection.receive(SSH_MSG.USERAUTH_REQUEST)).includes(method)) break
      connection.send(message(SSH_MSG.USERAUTH_FAILURE).nameList([method]).boolean(false).finish())
    }
    await script(connection)
    connection.send(message(SSH_MSG.USERAUTH_SUCCESS).finish())
    await connection.receiveAll()
  })
  const asked: string[] = []
  const ask = (question: string) => {
    asked.push(question)
    return Promise.resolve('an answer')
  }
  await using login = await prepareLogin(settings, { ask, askSecret: ask, tell: () => {} })
  const client = await connect({ host: server.host, port: server.port, username: 'ada', hostKey: insecureAcceptAnyHostKey(), auth: login.methods })
  await client.close()
  return asked
}

test('prompts of keyboard-interactive', async () => {
  expect(await questions('keyboard-interactive', async (connection) => {
    connection.send(message(60).string('').string('').string('').uint32(2).string(FAKE).boolean(false).string('Code: ').boolean(true).finish())
    await connection.receive(61)
  })).toEqual([`(ada@jump.example) ${FAKE}`, '(ada@jump.example) Code: '])
})

test('the prompt for a new password', async () => {
  expect(await questions('password', async (connection) => {
    connection.send(message(60).string(FAKE).string('').finish())
    await connection.receive(SSH_MSG.USERAUTH_REQUEST)
  })).toEqual(["ada@jump.example's password: ", `(ada@jump.example) ${FAKE}`])
})

// The answer is typed behind the last line, which had no name: `\nroot@vault's password: ` looked as if another server asked.
test('the last of several lines says who asks too', async () => {
  expect(await questions('keyboard-interactive', async (connection) => {
    connection.send(message(60).string('').string('').string('').uint32(2).string(`Choose:\n 1. Push\n${FAKE}`).boolean(false).string(`\n${FAKE}`).boolean(false).finish())
    await connection.receive(61)
  })).toEqual([`(ada@jump.example) Choose:\n 1. Push\n(ada@jump.example) ${FAKE}`, `(ada@jump.example) \n(ada@jump.example) ${FAKE}`])
})

test('a prompt that nobody can be asked is harmless in the error', async () => {
  await using server = await startScriptedServer(async (connection) => {
    await serveHandshake(connection)
    for (;;) {
      if (Buffer.from(await connection.receive(SSH_MSG.USERAUTH_REQUEST)).includes('keyboard-interactive')) break
      connection.send(message(SSH_MSG.USERAUTH_FAILURE).nameList(['keyboard-interactive']).boolean(false).finish())
    }
    connection.send(message(60).string('').string('').string('').uint32(1).string('Co\x1b[31mde\u{202e}: ').boolean(false).finish())
    await connection.receiveAll()
  })
  await using login = await prepareLogin(settings, { ask: async () => undefined, askSecret: async () => undefined, tell: () => {} })
  const error = await connect({ host: server.host, port: server.port, username: 'ada', hostKey: insecureAcceptAnyHostKey(), auth: login.methods }).then(() => undefined, (reason: Error) => reason)
  expect(error?.message).toContain('Co\\u{1b}[31mde\\u{202e}')
  expect(error?.message).not.toMatch(/[\p{Cc}\p{Cf}]/u)
})
