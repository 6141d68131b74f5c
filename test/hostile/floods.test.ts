import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { type Client, keyboardInteractive } from '../../src/index.ts'
import { type Connection, message, SSH_MSG } from '../support/scripted-server.ts'
import { flood, meet, type Meeting, serveExecStarted, serveLoggedIn, serveUntilLogin } from './meet.ts'

const everything = process.env.HOSTILE === 'full'
/** The caller's limit: a flood that the client bears goes on until then. */
const LIMIT = everything ? 2_000 : 200
/** `npm run test:hostile` sends all floods; npm test every fourth, another part at each point. */
const some = <T>(list: readonly T[], from: number): readonly T[] => everything ? list : list.filter((_, at) => at % 4 === from)
/** Of C's heap: a session, its window of 2 MiB, and what is kept of messages that nobody waits for. */
const MOST_HEAP = 6 << 20
/** Unsent bytes: data stops at 1 MiB, answers somewhat later. */
const MOST_UNSENT = 6 << 20

const rows: (Meeting & { readonly flood: string })[] = []
afterAll(() => {
  const folder = fileURLToPath(new URL('../../build/hostile/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}floods.json`, `${JSON.stringify({ everything, milliseconds: LIMIT, rows }, undefined, 1)}\n`)
})

const word = 'x'.repeat(1_000)
const open = (kind: string) => message(SSH_MSG.CHANNEL_OPEN).string(kind).uint32(5).uint32(1 << 20).uint32(32768)
const request = (channel: number, name: string, reply: boolean) => message(SSH_MSG.CHANNEL_REQUEST).uint32(channel).string(name).boolean(reply)

/** For any channel number. */
const messages: readonly (readonly [string, (channel: number) => Uint8Array])[] = [
  ['IGNORE', () => message(SSH_MSG.IGNORE).string(word).finish()],
  ['DEBUG', () => message(SSH_MSG.DEBUG).boolean(true).string(word).string('').finish()],
  ['UNIMPLEMENTED', () => message(SSH_MSG.UNIMPLEMENTED).uint32(1).finish()],
  ['EXT_INFO', () => message(SSH_MSG.EXT_INFO).uint32(1).string('server-sig-algs').string(word).finish()],
  ['USERAUTH_BANNER', () => message(SSH_MSG.USERAUTH_BANNER).string(word).string('').finish()],
  ['a message that nobody knows', () => message(200).string(word).finish()],
  ['GLOBAL_REQUEST that wants an answer', () => message(SSH_MSG.GLOBAL_REQUEST).string('keepalive@openssh.com').boolean(true).finish()],
  ['REQUEST_SUCCESS', () => message(SSH_MSG.REQUEST_SUCCESS).finish()],
  ['CHANNEL_OPEN session', () => open('session').finish()],
  ['CHANNEL_OPEN forwarded-tcpip', () => open('forwarded-tcpip').string('127.0.0.1').uint32(22).string('127.0.0.1').uint32(4000).finish()],
  ['CHANNEL_OPEN x11', () => open('x11').string('127.0.0.1').uint32(4000).finish()],
  ['CHANNEL_OPEN auth-agent@openssh.com', () => open('auth-agent@openssh.com').finish()],
  ['CHANNEL_OPEN_CONFIRMATION', () => message(SSH_MSG.CHANNEL_OPEN_CONFIRMATION).uint32(99).uint32(99).uint32(1000).uint32(1000).finish()],
  ['CHANNEL_WINDOW_ADJUST', (channel) => message(SSH_MSG.CHANNEL_WINDOW_ADJUST).uint32(channel).uint32(0).finish()],
  ['CHANNEL_DATA of nothing', (channel) => message(SSH_MSG.CHANNEL_DATA).uint32(channel).string('').finish()],
  ['CHANNEL_DATA for no channel', () => message(SSH_MSG.CHANNEL_DATA).uint32(4711).string(word).finish()],
  ['CHANNEL_EXTENDED_DATA of an unknown kind', (channel) => message(SSH_MSG.CHANNEL_EXTENDED_DATA).uint32(channel).uint32(7).string('x').finish()],
  ['CHANNEL_REQUEST that wants an answer', (channel) => request(channel, 'keepalive@openssh.com', true).finish()],
  ['CHANNEL_REQUEST exit-signal', (channel) => request(channel, 'exit-signal', false).string(word).boolean(false).string('').string('').finish()],
  ['CHANNEL_SUCCESS', (channel) => message(SSH_MSG.CHANNEL_SUCCESS).uint32(channel).finish()],
  ['CHANNEL_CLOSE for no channel', () => message(SSH_MSG.CHANNEL_CLOSE).uint32(4711).finish()],
]

const run = (client: Client, signal: AbortSignal) => client.run('command', { signal })

async function bear(name: string, script: (connection: Connection) => Promise<void>, options: Parameters<typeof meet>[2] = {}): Promise<Meeting> {
  const meeting = await meet(script, run, { limit: LIMIT, ...options })
  rows.push({ flood: name, ...meeting })
  expect(meeting.heap).toBeLessThan(MOST_HEAP)
  expect(meeting.unsent).toBeLessThan(MOST_UNSENT)
  expect(meeting.end).not.toBe('done')
  return meeting
}

const beforeKeys = messages.filter(([name]) => /^(IGNORE|DEBUG|UNIMPLEMENTED)/.test(name))

describe('without end: the caller\'s limit or an error ends it, memory stays bounded', () => {
  test.each(some(beforeKeys, 1))('before the keys are exchanged: %s', async (name, payload) => {
    await bear(`before the keys are exchanged: ${name}`, async (connection) => {
      await connection.identify()
      await connection.exchangeKeys({ strict: false, kex: 'curve25519-sha256', beforeReply: () => flood(connection, () => payload(0)) })
    })
  })

  test.each(some(messages, 2))('before the login: %s', async (name, payload) => {
    await bear(`before the login: ${name}`, async (connection) => {
      await serveUntilLogin(connection)
      await flood(connection, () => payload(0))
    })
  })

  test.each(some(messages, 3))('while a command runs: %s', async (name, payload) => {
    await bear(`while a command runs: ${name}`, async (connection) => {
      const channel = await serveExecStarted(connection)
      await flood(connection, () => payload(channel))
    })
  })

  test('rounds of prompts', async () => {
    await bear('rounds of prompts', async (connection) => {
      await serveUntilLogin(connection)
      connection.send(message(SSH_MSG.USERAUTH_FAILURE).nameList(['keyboard-interactive']).boolean(false).finish())
      await connection.receive(SSH_MSG.USERAUTH_REQUEST)
      for (;;) {
        connection.send(message(SSH_MSG.USERAUTH_INFO_REQUEST).string('').string('').string('').uint32(1).string('Again: ').boolean(false).finish())
        await connection.receive(SSH_MSG.USERAUTH_INFO_RESPONSE)
      }
    }, { auth: [keyboardInteractive(() => ['secret'])] })
  })

  test('key re-exchanges', async () => {
    await bear('key re-exchanges', async (connection) => {
      await serveExecStarted(connection)
      for (;;) await connection.exchangeKeys({ kex: 'curve25519-sha256' })
    })
  })

  test('a byte of a line now and then', async () => {
    const { end } = await bear('a byte of a line now and then', async (connection) => {
      for (;;) {
        connection.sendRaw('x')
        await connection.taken()
        await new Promise((resolve) => { setTimeout(resolve, 10) })
      }
    })
    expect(end).toBe('the caller\'s limit')
  })
})

describe('questions without end, whose answers the server does not read', () => {
  const questions = messages.filter(([name]) => /wants an answer|CHANNEL_OPEN (session|x11)/.test(name))
  test.each(some(questions, 0))('%s', async (name, payload) => {
    await bear(`answers not read: ${name}`, async (connection) => {
      const channel = await serveExecStarted(connection)
      connection.stopReading()
      await flood(connection, () => payload(channel))
    }, { limit: everything ? 10_000 : LIMIT })
  }, 120_000)
})

test('a window that nobody reads from is not overrun', async () => {
  const data = (channel: number) => message(SSH_MSG.CHANNEL_DATA).uint32(channel).string(new Uint8Array(16_000)).finish()
  const meeting = await meet(async (connection) => {
    const channel = await serveExecStarted(connection)
    await flood(connection, () => data(channel))
  }, async (client, signal) => {
    const process = await client.exec('command', { signal })
    await process.exit
  }, { limit: 15_000 })
  rows.push({ flood: 'data beyond a window that nobody reads from', ...meeting })
  expect(meeting.heap).toBeLessThan(MOST_HEAP)
  expect(meeting.end).toMatch(/^ERR_/)
})

test('a packet of 30 kB that inflates to 30 MB is refused before it is there', async () => {
  const ZLIB = { compression: 'zlib@openssh.com' } as const
  const meeting = await meet(async (connection) => {
    await serveLoggedIn(connection, { clientToServer: ZLIB, serverToClient: ZLIB })
    connection.send(message(SSH_MSG.IGNORE).string(new Uint8Array(30_000_000)).finish())
    await connection.receiveAll()
  }, run, { compress: true })
  rows.push({ flood: 'a packet of 30 kB that inflates to 30 MB', ...meeting })
  expect(meeting.heap).toBeLessThan(MOST_HEAP)
  expect(meeting.end).toMatch(/^ERR_/)
})
