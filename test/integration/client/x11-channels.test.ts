/// X11 as a server of our own opens it: one connection where one was asked for, a bound, and the end with the command.
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
      session.on('x11', (accepted) => { accepted?.() })
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

/** Opens a window's connection from the server; undefined where it is refused. */
const window = () => new Promise<ServerChannel | undefined>((resolve) => { there.x11('6.6.6.6', 1, (error, channel) => resolve(error ? undefined : channel)) })

/** An X server that counts. */
function display() {
  const counts = { opened: 0, open: 0, most: 0 }
  const open = (): Transport => {
    counts.opened += 1
    counts.most = Math.max(counts.most, ++counts.open)
    return { readable: new ReadableStream({}), writable: new WritableStream({}), close: () => { counts.open -= 1 } }
  }
  return { counts, open }
}

const cookie = 'deadbeefdeadbeefdeadbeefdeadbeef'

test('singleConnection means one', async () => {
  const { counts, open } = display()
  await using process = await client.exec('x', { x11: { connect: open, singleConnection: true, cookie } })
  await window()
  await expect.poll(() => counts.opened).toBe(1)
  expect(await window()).toBeUndefined()
  expect(counts.opened).toBe(1)
  expect(process.channel).toBeDefined()
})

test('connections end with the command that asked for them, and none comes afterwards', async () => {
  const { counts, open } = display()
  const process = await client.exec('x', { x11: { connect: open, cookie } })
  const channel = await window()
  const closed = new Promise<void>((resolve) => channel?.resume().once('end', resolve))
  await expect.poll(() => counts.open).toBe(1)
  await process.close()
  await closed
  await expect.poll(() => counts.open).toBe(0)
  expect(await window()).toBeUndefined()
})

test('no more than a hundred at once', async () => {
  const { counts, open } = display()
  await using process = await client.exec('x', { x11: { connect: open, cookie } })
  await Promise.all(Array.from({ length: 150 }, window))
  await expect.poll(() => counts.open).toBe(100)
  expect(counts.most).toBe(100)
  expect(process.channel).toBeDefined()
})

test('another command goes on when one has ended', async () => {
  const [first, second] = [display(), display()]
  const one = await client.exec('x', { x11: { connect: first.open, cookie } })
  await using two = await client.exec('x', { x11: { connect: second.open, cookie } })
  await one.close()
  expect(await window()).toBeDefined()
  await expect.poll(() => second.counts.opened).toBe(1)
  expect([first.counts.opened, two.channel !== undefined]).toEqual([0, true])
})
