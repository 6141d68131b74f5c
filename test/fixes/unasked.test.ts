import { expect, test } from 'vitest'
import type { Session } from '../../src/bindings/index.ts'
import { WireReader } from '../../src/wire-format/reader.ts'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { acceptChannel, channelData, type Connection, message, serveExec, serveHandshake, serveLogin, SSH_MSG } from '../support/scripted-server.ts'
import { attack, codeOf, exec, login, read, serveVictim } from './attack.ts'
import { authenticating, request, success } from './authenticating.ts'

const SSH2_MSG_PING = 192
const SSH2_MSG_PONG = 193

/** What reading says when `messages` have come in front of the data. */
const behind = (...messages: readonly Uint8Array[]) => attack(async (connection) => {
  const channel = await serveVictim(connection)
  for (const each of messages) connection.send(each)
  connection.send(channelData(channel, 'still here'))
  await connection.receiveAll()
}, async (session) => {
  const channel = await exec(session)
  let text = ''
  const code = await codeOf(async () => { text = await read(channel); return text }).catch(() => '')
  return text || code
})

/** How often messages of the types have come from the client by now, in the order of their arrival. */
const count = (connection: Connection, type: number) => connection.received.filter((each) => each[0] === type).length

test.each([
  ['PONG of ping@openssh.com', SSH2_MSG_PONG],
  ['PING of ping@openssh.com', SSH2_MSG_PING],
])('0903: a thousand of %s are dropped, and answered with nothing', async (_, type) => {
  await attack(async (connection) => {
    const channel = await serveVictim(connection)
    for (let i = 0; i < 1000; i++) connection.send(message(type).string('PING!').finish())
    connection.send(channelData(channel, 'still here'))
    await connection.receive(SSH_MSG.CHANNEL_REQUEST)
    expect(count(connection, SSH_MSG.UNIMPLEMENTED)).toBe(0)
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session)
    expect(await read(channel)).toBe('still here')
    await session.complete(() => channel.signal('USR1'))
  })
})

test('0903: messages that are not known are answered with UNIMPLEMENTED and their number', async () => {
  const answered: number[] = []
  const sent: number[] = []
  await attack(async (connection) => {
    const channel = await serveVictim(connection, { strict: true })
    // Requests of a client, other stages, numbers that nobody has given out.
    const types = [SSH_MSG.SERVICE_REQUEST, 8, 19, 29, SSH_MSG.KEX_ECDH_REPLY, SSH_MSG.USERAUTH_REQUEST, 59, 83, 101, 127, 191, 194, 255]
    // The first three after NEWKEYS were SERVICE_ACCEPT, SUCCESS, CONFIRMATION, CHANNEL_SUCCESS: numbers 0 to 3.
    types.forEach((type, i) => { connection.send(message(type).string('x').finish()); sent.push(4 + i) })
    for (const _ of types) answered.push(new WireReader((await connection.receive(SSH_MSG.UNIMPLEMENTED)).subarray(1)).uint32())
    connection.send(channelData(channel, 'still here'))
    await connection.receiveAll()
  }, async (session) => expect(await read(await exec(session))).toBe('still here'))
  expect(answered).toEqual(sent)
})

test('0903: three hundred unknown messages do not end the session', async () => {
  expect(await behind(...Array.from({ length: 300 }, () => message(200).string('x'.repeat(1000)).finish()))).toBe('still here')
})

test.each([
  ['NEWKEYS', message(SSH_MSG.NEWKEYS).finish()],
])('0903: a stray %s ends the session', async (_, stray) => {
  expect(await behind(stray)).toBe('ERR_LIBSSH2_PROTO')
})

test('0903: a second KEXINIT in the middle of an exchange ends the session', async () => {
  const code = await attack(async (connection) => {
    const channel = await serveVictim(connection)
    await connection.exchangeKeys({
      init: (init) => {
        queueMicrotask(() => connection.send(init)) // right behind the first one
        return init
      },
    }).catch(() => {})
    connection.send(channelData(channel, 'still here'))
    await connection.receiveAll()
  }, async (session) => codeOf(async () => read(await exec(session))))
  expect(code).toBe('ERR_LIBSSH2_PROTO')
})

test('0903: an answer that comes before its question is not the answer to it', async () => {
  const text = await attack(async (connection) => {
    await serveHandshake(connection)
    connection.send(message(SSH_MSG.USERAUTH_SUCCESS).finish())
    connection.send(message(SSH_MSG.SERVICE_ACCEPT).string('ssh-userauth').finish())
    await connection.receive(SSH_MSG.USERAUTH_REQUEST)
    connection.send(message(SSH_MSG.USERAUTH_FAILURE).string('publickey').boolean(false).finish())
    await connection.receiveAll()
  }, async (session) => {
    await session.complete(() => session.handshake())
    return session.complete(() => session.userauthList('user'))
  })
  expect(text).toEqual(['publickey'])
})

const KEY = new WireWriter().string('ssh-ed25519').string('fields of the key').finish()

const signIn = (session: Session) => session.complete(() => session.userauthPublickey('user', KEY, () => Promise.resolve(new WireWriter().string('ssh-ed25519').string('signature').finish())))

/** Messages that no answer to a method is. */
const STRANGERS: readonly [method: string, types: readonly number[], login: (session: Session) => Promise<unknown>][] = [
  ['none', [60, 61, 62, 63, 66, 79], (session) => session.complete(() => session.userauthList('user'))],
  ['password', [61, 62, 79], (session) => session.complete(() => session.userauthPassword('user', 'secret'))],
  ['keyboard-interactive', [61, 62, 79], (session) => session.complete(() => session.userauthKeyboardInteractive('user', 'secret'))],
  ['publickey', [61, 79], signIn],
]

/** A login where the server answers the request after `steps` with a message that is not known, and then with SUCCESS. */
const withStranger = (steps: (connection: Connection) => Promise<void>, stranger: Uint8Array, logIn: (session: Session) => Promise<unknown>) =>
  authenticating(async (connection) => {
    await steps(connection)
    await request(connection)
    connection.send(stranger)
    connection.send(success())
    await connection.receive(SSH_MSG.UNIMPLEMENTED)
  }, async (session) => {
    await logIn(session)
    expect(session.userauthAuthenticated()).toBe(true)
    await session.complete(() => session.keepaliveNow())
  })

test.each(STRANGERS.flatMap(([method, types, logIn]) => types.map((type) => [method, type, logIn] as const)))('0924: %s: a message %d is not the answer, which follows', async (_, type, logIn) => {
  await withStranger(async () => {}, message(type).string('').string('').finish(), logIn)
})

test('0924: a second PK_OK is not the answer to the signature', async () => {
  const yes = message(60).string('ssh-ed25519').string(KEY).finish()
  await withStranger(async (connection) => {
    await request(connection)
    connection.send(yes)
  }, yes, signIn)
})

test('0903: a channel is not open, and a request not granted, before it was asked for', async () => {
  const outcome = await attack(async (connection) => {
    await serveLogin(connection)
    for (let number = 0; number < 3; number++) {
      connection.send(message(SSH_MSG.CHANNEL_OPEN_CONFIRMATION).uint32(number).uint32(66).uint32(1000).uint32(1000).finish())
    }
    const channel = await acceptChannel(connection)
    connection.send(message(SSH_MSG.CHANNEL_SUCCESS).uint32(channel.client).finish())
    connection.send(message(SSH_MSG.CHANNEL_SUCCESS).uint32(channel.client).finish())
    connection.send(channelData(channel, 'x'))
    expect(new WireReader((await connection.receive(SSH_MSG.CHANNEL_REQUEST)).subarray(1)).uint32(), 'the number that the right answer gave').toBe(77)
    connection.send(message(SSH_MSG.CHANNEL_FAILURE).uint32(channel.client).finish())
    await connection.receiveAll()
  }, async (session) => {
    await login(session)
    const channel = await session.complete(() => session.openSession())
    expect(await read(channel)).toBe('x') // all that came too early has been taken in
    return codeOf(() => session.complete(() => channel.execute('true')))
  })
  expect(outcome).toBe('ERR_LIBSSH2_CHANNEL_REQUEST_DENIED')
})

test('0903: one confirmation opens a channel, a second one changes nothing', async () => {
  const text = await attack(async (connection) => {
    const channel = await serveExec(connection)
    connection.send(message(SSH_MSG.CHANNEL_OPEN_CONFIRMATION).uint32(channel.client).uint32(66).uint32(0).uint32(0).finish())
    connection.send(message(SSH_MSG.CHANNEL_OPEN_FAILURE).uint32(channel.client).uint32(2).string('no').string('').finish())
    expect(new WireReader((await connection.receive(SSH_MSG.CHANNEL_REQUEST)).subarray(1)).uint32()).toBe(77)
    connection.send(channelData(channel, 'still here'))
    await connection.receiveAll()
  }, async (session) => read(await exec(session)))
  expect(text).toBe('still here')
})

test('0902: the answer to a global request that was not made is not taken for that to the next one', async () => {
  const code = await attack(async (connection) => {
    const channel = await serveVictim(connection)
    connection.send(message(SSH_MSG.REQUEST_SUCCESS).uint32(4242).finish())
    connection.send(channelData(channel, 'x'))
    await connection.receive(SSH_MSG.GLOBAL_REQUEST)
    connection.send(message(SSH_MSG.REQUEST_FAILURE).finish())
    await connection.receiveAll()
  }, async (session) => {
    expect(await read(await exec(session))).toBe('x')
    return codeOf(async () => session.complete(() => session.forwardListenEx(null, 0)))
  })
  expect(code).toBe('ERR_LIBSSH2_REQUEST_DENIED')
})

test('0902: answers of keepalives and of a listen request are told apart by their order', async () => {
  const port = await attack(async (connection) => {
    await serveLogin(connection)
    const requests = [await connection.receive(SSH_MSG.GLOBAL_REQUEST), await connection.receive(SSH_MSG.GLOBAL_REQUEST)]
    for (const request of requests) {
      // A keepalive wants an answer too.
      const listens = new WireReader(request.subarray(1)).text() === 'tcpip-forward'
      connection.send(listens ? message(SSH_MSG.REQUEST_SUCCESS).uint32(4242).finish() : message(SSH_MSG.REQUEST_FAILURE).finish())
    }
    await connection.receiveAll()
  }, async (session) => {
    await login(session)
    const listening = session.complete(() => session.forwardListenEx(null, 0))
    session.keepaliveNow()
    return (await listening)[1]
  })
  expect(port).toBe(4242)
})

test.each([
  ['an unknown type', 'unknown@example.org'],
  ['a session', 'session'],
  ['a type without a name', ''],
  ['a type that begins as a known one', 'x11x'],
])('0904: a channel of %s is refused with reason 3', async (_, type) => {
  const refusal = await attack(async (connection) => {
    const channel = await serveVictim(connection)
    connection.send(message(SSH_MSG.CHANNEL_OPEN).string(type).uint32(0xfffffffe).uint32(1 << 20).uint32(32768).finish())
    const answer = new WireReader((await connection.receive(SSH_MSG.CHANNEL_OPEN_FAILURE)).subarray(1))
    const fields = [answer.uint32(), answer.uint32(), answer.text(), answer.text(), answer.remaining]
    connection.send(channelData(channel, JSON.stringify(fields)))
    await connection.receiveAll()
  }, async (session) => read(await exec(session)))
  expect(JSON.parse(refusal)).toEqual([0xfffffffe, 3, 'Unknown channel type', '', 0])
})
