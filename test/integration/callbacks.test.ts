import { expect, test } from 'vitest'
import { Session } from '../../src/bindings/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { message, type Connection, serveLogin, SSH_MSG, startScriptedServer } from '../support/scripted-server.ts'
import { within } from '../support/within.ts'

const debug = (text: string, alwaysDisplay: boolean) => message(SSH_MSG.DEBUG).boolean(alwaysDisplay).string(text).string('').finish()

/** A session that is logged in at a server which then does `script`. */
async function meet<T>(script: (connection: Connection) => Promise<void> | void, client: (session: Session) => Promise<T>): Promise<T> {
  await using server = await startScriptedServer(async (connection) => {
    await serveLogin(connection)
    await script(connection)
    await connection.receiveAll()
  })
  const session = await Session.create(await connectTcp(server))
  try {
    await session.complete(() => session.handshake())
    await session.complete(() => session.userauthList('user'))
    return await within(5000, 'the client', client(session))
  } finally {
    session.free()
  }
}

/** A function to register, and what it has been called with. */
function listening<A extends unknown[]>(): { heard: (...args: A) => void, first: Promise<A>, all: A[] } {
  const all: A[] = []
  let resolve: (args: A) => void = () => {}
  const first = new Promise<A>((done) => { resolve = done })
  return { heard: (...args) => { all.push(args); resolve(args) }, first, all }
}

test('onDebug hears SSH_MSG_DEBUG, until it is null again', async () => {
  const before = listening<[string, boolean]>()
  const gone = listening<[Uint8Array]>()
  await meet(async (connection) => {
    await connection.receive(SSH_MSG.IGNORE, SSH_MSG.GLOBAL_REQUEST)
    connection.send(debug('hello ü', true))
    connection.send(debug('quiet', false))
    await connection.receive(SSH_MSG.GLOBAL_REQUEST)
    connection.send(debug('nobody hears this', true))
    connection.send(message(SSH_MSG.IGNORE).string('done').finish())
  }, async (session) => {
    session.onDebug = before.heard
    session.onIgnore = gone.heard
    session.keepaliveNow()
    await before.first
    await expect.poll(() => before.all).toHaveLength(2)
    session.onDebug = null
    session.keepaliveNow()
    await gone.first
  })
  expect(before.all).toEqual([['hello ü', true], ['quiet', false]])
})

test('onIgnore hears the data of SSH_MSG_IGNORE as a copy', async () => {
  const ignored = listening<[Uint8Array]>()
  await meet(async (connection) => {
    await connection.receive(SSH_MSG.GLOBAL_REQUEST)
    connection.send(message(SSH_MSG.IGNORE).string(Uint8Array.of(1, 0, 2)).finish())
  }, async (session) => {
    session.onIgnore = ignored.heard
    session.keepaliveNow()
    await ignored.first
  })
  expect(ignored.all).toEqual([[Uint8Array.of(1, 0, 2)]])
})

test("onDisconnect hears the server's reason and words, and so do the error, `disconnected` and `ended()`", async () => {
  const disconnected = listening<[number, string]>()
  await meet(async (connection) => {
    await connection.receive(SSH_MSG.GLOBAL_REQUEST)
    connection.send(message(SSH_MSG.DISCONNECT).uint32(11).string('going down').string('').finish())
  }, async (session) => {
    session.onDisconnect = disconnected.heard
    session.keepaliveNow()
    await disconnected.first
    expect(await session.ended()).toMatchObject({ name: 'DisconnectError', reason: 11, description: 'going down' })
    expect(session.disconnected).toEqual({ reason: 11, description: 'going down' })
    expect(() => session.openSession()).toThrow('going down')
  })
  expect(disconnected.all).toEqual([[11, 'going down']])
})

test('a callback may use, and even free, the session', async () => {
  const done = listening<[]>()
  await meet(async (connection) => {
    await connection.receive(SSH_MSG.GLOBAL_REQUEST)
    connection.send(debug('now', true))
  }, async (session) => {
    session.onDebug = () => {
      session.lastErrno()
      session.free()
      done.heard()
    }
    session.keepaliveNow()
    await done.first
    expect(session.failure).toMatchObject({ code: 'ERR_HANDLE_FREED' })
  })
})
