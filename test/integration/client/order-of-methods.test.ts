// In which order the methods of `auth` are tried where the server would take any: the README says so.
import { expect, test } from 'vitest'
import { agent, AuthenticationError, type AuthMethod, connect, formatPrivateKey, generateKeyPair, insecureAcceptAnyHostKey, keyboardInteractive, parsePrivateKey, password, publicKey } from '../../../src/index.ts'
import { message, serveHandshake, SSH_MSG, startScriptedServer } from '../../support/scripted-server.ts'
import { scriptedAgent } from '../../wild/support/scripted-agent.ts'

const held = await formatPrivateKey(await generateKeyPair('ed25519')), named = await formatPrivateKey(await generateKeyPair('ed25519'))
const blobs = { held: (await parsePrivateKey(held)).publicKey, named: (await parsePrivateKey(named)).publicKey }

/** What a server that takes nothing, and lists everything, is asked for. */
async function tried(auth: readonly AuthMethod[]): Promise<string[]> {
  const seen: string[] = []
  await using server = await startScriptedServer(async (connection) => {
    await serveHandshake(connection)
    for (;;) {
      const asked = Buffer.from(await connection.receive(SSH_MSG.USERAUTH_REQUEST))
      const key = Object.entries(blobs).find(([, blob]) => asked.includes(blob))?.[0]
      seen.push(key ?? ['password', 'keyboard-interactive', 'none'].find((method) => asked.includes(method))!)
      connection.send(message(SSH_MSG.USERAUTH_FAILURE).nameList(['publickey', 'password', 'keyboard-interactive']).boolean(false).finish())
    }
  })
  await expect(connect({ host: server.host, port: server.port, username: 'user', hostKey: insecureAcceptAnyHostKey(), auth })).rejects.toThrow(AuthenticationError)
  return seen
}

const key = () => publicKey(named), keys = () => agent(scriptedAgent({ keys: [held] }).transport), secret = () => password('p'), prompts = () => keyboardInteractive(() => ['a'])

test.each<[string, readonly AuthMethod[], readonly string[]]>([
  ['a password, then prompts', [secret(), prompts()], ['password', 'keyboard-interactive']],
  ['prompts, then a password', [prompts(), secret()], ['keyboard-interactive', 'password']],
  ['a password, then a key', [secret(), key()], ['password', 'named']],
  ['a key, then an agent', [key(), keys()], ['named', 'held']],
  ['an agent, then a key: the key comes first', [keys(), key()], ['named', 'held']],
  ['an agent, a password, a key: the agent comes behind the key', [keys(), secret(), key()], ['password', 'named', 'held']],
])('%s', async (_, auth, order) => {
  expect(await tried(auth)).toEqual(['none', ...order])
})
