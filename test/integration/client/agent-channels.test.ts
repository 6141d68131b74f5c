/// Connections to an agent as a server of our own opens them: a bound, and the end with the command.
import { afterEach, beforeEach, expect, test } from 'vitest'
import ssh2, { type Connection, type ServerChannel } from 'ssh2'
import { type Client, connect, insecureAcceptAnyHostKey, type Transport } from '../../../src/index.ts'
import { hostKeyPairs } from '../../support/ssh-server.ts'

let server: InstanceType<typeof ssh2.Server>
let there: Connection
let client: Client

beforeEach(async () => {
  const [hostKey] = await hostKeyPairs(['ed25519'])
  server = new ssh2.Server({ hostKeys: [hostKey!.privateKey] }, (connection) => {
    there = connection
    connection.on('error', () => {})
    connection.on('authentication', (context) => context.accept())
    connection.on('session', (accept) => {
      const session = accept()
      session.on('auth-agent', (accepted) => { accepted?.() })
      session.on('exec', (accepted) => { accepted().on('error', () => {}) })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  client = await connect({ host: '127.0.0.1', port, username: 'me', hostKey: insecureAcceptAnyHostKey() })
})
afterEach(async () => {
  await client.close()
  server.close()
})

/** What the types of ssh2 leave out. */
interface OpensAgent { openssh_authAgent: (opened: (error: Error | undefined, channel: ServerChannel) => void) => void }

/** Opens a connection to the agent from the server; undefined where it is refused. */
const question = () => new Promise<ServerChannel | undefined>((resolve) => { (there as unknown as OpensAgent).openssh_authAgent((error, channel) => resolve(error ? undefined : channel)) })

/** An agent that says nothing, and counts. */
function silentAgent() {
  const counts = { open: 0, most: 0 }
  const open = (): Transport => {
    counts.most = Math.max(counts.most, ++counts.open)
    return { readable: new ReadableStream({}), writable: new WritableStream({}), close: () => { counts.open -= 1 } }
  }
  return { counts, open }
}

test('connections end with the command that asked for them, and none comes afterwards', async () => {
  const { counts, open } = silentAgent()
  const process = await client.exec('x', { agentForwarding: open })
  const channel = await question()
  const closed = new Promise<void>((resolve) => channel?.resume().once('end', resolve))
  await expect.poll(() => counts.open).toBe(1)
  await process.close()
  await closed
  await expect.poll(() => counts.open).toBe(0)
  expect(await question()).toBeUndefined()
})

test('no more than a hundred at once', async () => {
  const { counts, open } = silentAgent()
  await using process = await client.exec('x', { agentForwarding: open })
  await Promise.all(Array.from({ length: 150 }, question))
  await expect.poll(() => counts.open).toBe(100)
  expect(counts.most).toBe(100)
  expect(process.channel).toBeDefined()
})
