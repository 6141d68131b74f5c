import { readFileSync } from 'node:fs'
import { connect as dialTo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, connect, type ForwardedConnection, insecureAcceptAnyHostKey, publicKey } from '../../../src/index.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import { startSshd } from '../../support/sshd.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { rejection, within } from '../../support/within.ts'

let server: SshServer, client: Client
const login = () => connect({
  host: server.host, port: server.port, username: server.user, hostKey: insecureAcceptAnyHostKey(),
  auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))],
})
beforeAll(async () => {
  server = await startSshd()
  client = await login()
})
afterAll(async () => {
  await client.close()
  await server.stop()
})

/** Sends `question` to a port, and resolves with all that comes back; an error of the socket is its code. */
const ask = (port: number, question: string) => new Promise<string>((resolve) => {
  let answer = ''
  dialTo({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)))
    .setEncoding('utf8').on('data', (text: string) => { answer += text }).on('end', () => resolve(answer)).end(question)
})

async function shout(connection: ForwardedConnection): Promise<void> {
  const writer = connection.writable.getWriter()
  await writer.write(new TextEncoder().encode((await new Response(connection.readable).text()).toUpperCase()))
  await writer.close()
}

test('connections come one by one, with their originators, and close themselves after both EOFs', async () => {
  await using listener = await client.listen()
  expect(listener).toMatchObject({ host: '127.0.0.1' })
  expect(listener.port).toBeGreaterThan(1023)
  const answers = Promise.all(['one', 'two', 'three'].map((text) => ask(listener.port, text)))
  const taken: ForwardedConnection[] = []
  for await (const connection of listener) {
    taken.push(connection)
    void shout(connection)
    if (taken.length === 3) break
  }
  expect(await within(5000, 'the answers', answers)).toEqual(['ONE', 'TWO', 'THREE'])
  expect(new Set(taken.map(({ originator }) => originator.port)).size).toBe(3)
  for (const connection of taken) await within(5000, 'the end of a connection', connection.closed())
})

test('leaving the loop ends the listening', async () => {
  const listener = await client.listen()
  const asked = ask(listener.port, 'x')
  for await (const connection of listener) {
    await shout(connection)
    break
  }
  expect(await asked).toBe('X')
  await expect.poll(() => ask(listener.port, 'y')).toBe('ECONNREFUSED')
})

test('close() ends the loop; what has been taken lives on', async () => {
  const listener = await client.listen()
  const asked = ask(listener.port, 'late')
  const connection = await within(5000, 'the connection', listener.accept())
  const loop = (async () => { for await (const _ of listener) void _ })()
  await listener.close()
  await within(5000, 'the end of the loop', loop)
  await shout(connection!)
  expect(await asked).toBe('LATE')
  expect(await listener.accept()).toBe(undefined)
})

test('the signal of listen() ends it with its reason; that of accept() only the call', async () => {
  const [all, one] = [new AbortController(), new AbortController()]
  const listener = await client.listen({ signal: all.signal })
  const waiting = rejection(listener.accept({ signal: one.signal }))
  one.abort('not this one')
  expect(await waiting).toBe('not this one')
  const next = rejection(listener.accept())
  all.abort('no more')
  expect(await within(5000, 'the rejection', next)).toBe('no more')
  await expect.poll(() => ask(listener.port, 'y')).toBe('ECONNREFUSED')
})

test('the end of the session ends the loop with its error', async () => {
  const other = await login()
  const listener = await other.listen()
  const loop = rejection((async () => { for await (const _ of listener) void _ })())
  other.session.free()
  expect(await within(5000, 'the rejection', loop)).toMatchObject({ code: 'ERR_HANDLE_FREED' })
  await within(5000, 'close', listener.close())
})

test('a port that the server cannot have is an error', async () => {
  await expect(client.listen({ port: server.port })).rejects.toMatchObject({ code: 'ERR_LIBSSH2_REQUEST_DENIED', message: `the server refuses to listen on 127.0.0.1:${server.port}` })
})

test('a target of openTcp to which the server cannot connect is named', async () => {
  expect(await rejection(client.openTcp('127.0.0.1', 1))).toMatchObject({ name: 'ChannelError', reason: 2, message: '127.0.0.1:1: Channel open failure (connect failed): Connection refused' })
})

test('a Unix socket on the server: connections to it come here, and none afterwards', async () => {
  using directory = temporaryDirectory('listen')
  const path = directory.file('socket')
  await using listener = await client.listen({ path })
  expect([listener.path, listener.host, listener.port]).toEqual([path, '', 0])
  const answer = new Promise<string>((resolve) => {
    let text = ''
    dialTo({ path, allowHalfOpen: true }).setEncoding('utf8').on('data', (data: string) => { text += data }).on('end', () => resolve(text)).end('through a socket')
  })
  const connection = await listener.accept()
  expect(connection?.originator).toEqual({ host: '', port: 0 })
  await shout(connection!)
  expect(await within(10_000, 'the answer', answer)).toBe('THROUGH A SOCKET')
  await listener.close()
  const answers = () => new Promise<boolean>((resolve) => {
    const socket = dialTo({ path }, () => { socket.destroy(); resolve(true) }).on('error', () => resolve(false))
  })
  await expect.poll(answers).toBe(false)
})

test('connections to a Unix socket that nobody accepts are refused over the backlog, and end with the listener', async () => {
  using directory = temporaryDirectory('listen')
  const path = directory.file('socket')
  const listener = await client.listen({ path, backlog: 2 })
  let ended = 0
  const dialed = Array.from({ length: 4 }, () => dialTo({ path }).on('error', () => {}).on('close', () => { ended += 1 }).resume())
  await expect.poll(() => ended).toBe(2)
  expect((await client.run('echo alive')).stdout).toBe('alive\n')
  expect(ended, 'those that wait').toBe(2)
  await listener.close()
  await expect.poll(() => ended).toBe(4)
  for (const socket of dialed) socket.destroy()
})

test('a Unix socket that the server cannot make is an error; a path and a port are a mistake', async () => {
  expect(await rejection(client.listen({ path: '/nowhere/at/all' }))).toMatchObject({ code: 'ERR_LIBSSH2_REQUEST_DENIED', message: 'the server refuses to listen on /nowhere/at/all' })
  for (const options of [{ path: '' }, { path: 4 as unknown as string }, { path: '/tmp/socket', port: 0 }, { path: '/tmp/socket', host: 'localhost' }]) {
    expect(await rejection(client.listen(options))).toBeInstanceOf(TypeError)
  }
})
