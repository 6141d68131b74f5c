import { expect, test } from 'vitest'
import { channelClose, type Connection, message, serveLogin, SSH_MSG } from '../support/scripted-server.ts'
import { attack, codeOf, login } from './attack.ts'

const HOST = '192.0.2.7'
const PORT = 4242

const forwarded = (channel: number, originator = '198.51.100.1') => message(SSH_MSG.CHANNEL_OPEN).string('forwarded-tcpip').uint32(channel).uint32(1000).uint32(1000)
  .string(HOST).uint32(PORT).string(originator).uint32(50_000).finish()

async function serveListen(connection: Connection, answers = [message(SSH_MSG.REQUEST_SUCCESS).finish()]): Promise<void> {
  await serveLogin(connection)
  await connection.receive(SSH_MSG.GLOBAL_REQUEST)
  // In one piece, so that one call reads them all.
  connection.sendRaw(Buffer.concat(answers.map((answer) => connection.seal(answer))))
}

test('a wait for a connection ends with what ended the session', async () => {
  const code = await attack(async (connection) => {
    await serveListen(connection)
    await connection.receive(SSH_MSG.GLOBAL_REQUEST)
    connection.sendRaw(Buffer.alloc(1024, 0xff))
    await connection.receiveAll()
  }, async (session) => {
    await login(session)
    const [listener] = await session.complete(() => session.forwardListenEx(HOST, PORT))
    const accepted = codeOf(async () => session.complete(() => listener.forwardAccept()))
    await session.complete(() => session.keepaliveNow())
    return accepted
  })
  expect(['ERR_LIBSSH2_OUT_OF_BOUNDARY', 'ERR_LIBSSH2_DECRYPT', 'ERR_LIBSSH2_INVALID_MAC']).toContain(code)
})

test.each([
  ['no port', message(SSH_MSG.REQUEST_SUCCESS).finish(), 'ERR_LIBSSH2_PROTO'],
  ['half a port', message(SSH_MSG.REQUEST_SUCCESS).bytes(new Uint8Array(3)).finish(), 'ERR_LIBSSH2_PROTO'],
  ['port 0', message(SSH_MSG.REQUEST_SUCCESS).uint32(0).finish(), 'ERR_LIBSSH2_PROTO'],
  ['port 65536', message(SSH_MSG.REQUEST_SUCCESS).uint32(65_536).finish(), 'ERR_LIBSSH2_PROTO'],
  ['port 2^32 - 1', message(SSH_MSG.REQUEST_SUCCESS).uint32(2 ** 32 - 1).finish(), 'ERR_LIBSSH2_PROTO'],
  ['port 1', message(SSH_MSG.REQUEST_SUCCESS).uint32(1).finish(), 1],
  ['port 65535', message(SSH_MSG.REQUEST_SUCCESS).uint32(65_535).finish(), 65_535],
  ['a refusal', message(SSH_MSG.REQUEST_FAILURE).finish(), 'ERR_LIBSSH2_REQUEST_DENIED'],
] as const)('0925: the server chooses the port, and answers with %s', async (_, answer, expected) => {
  const outcome = await attack(async (connection) => {
    await serveListen(connection, [answer])
    await connection.receiveAll()
  }, async (session) => {
    await login(session)
    return session.complete(() => session.forwardListenEx(HOST, 0)).then(([, port]) => port, (error: unknown) => codeOf(() => Promise.reject(error)))
  })
  expect(outcome).toBe(expected)
})

test('0730: a listener that is being cancelled takes no more channels', async () => {
  let answer = 0, queued = false
  await attack(async (connection) => {
    await serveListen(connection)
    connection.send(forwarded(5))
    await connection.receive(SSH_MSG.CHANNEL_OPEN_CONFIRMATION)
    queued = true
    await connection.receive(SSH_MSG.CHANNEL_CLOSE)
    connection.send(forwarded(6))
    answer = (await connection.receive(SSH_MSG.CHANNEL_OPEN_CONFIRMATION, SSH_MSG.CHANNEL_OPEN_FAILURE))[0]!
    connection.send(channelClose({ client: 0, server: 5 }))
    await connection.receiveAll()
  }, async (session) => {
    await login(session)
    const [listener] = await session.complete(() => session.forwardListenEx(HOST, PORT))
    await expect.poll(() => queued).toBe(true)
    await session.complete(() => listener.forwardCancel())
  })
  expect(answer).toBe(SSH_MSG.CHANNEL_OPEN_FAILURE)
})

test('0732: a connection right behind the answer finds its listener, whoever reads it', async () => {
  const port = await attack(async (connection) => {
    await serveListen(connection, [message(SSH_MSG.REQUEST_SUCCESS).uint32(PORT).finish(), forwarded(5)])
    await connection.receive(SSH_MSG.CHANNEL_OPEN_CONFIRMATION)
    await connection.receiveAll()
  }, async (session) => {
    await login(session)
    const [listener] = await session.complete(() => session.forwardListenEx(HOST, 0))
    await session.complete(() => listener.forwardAccept())
    return listener.port
  })
  expect(port).toBe(PORT)
})

test('0732: a channel before the answer is refused', async () => {
  let answer = 0
  await attack(async (connection) => {
    await serveListen(connection, [forwarded(5), message(SSH_MSG.REQUEST_FAILURE).finish()])
    answer = (await connection.receive(SSH_MSG.CHANNEL_OPEN_CONFIRMATION, SSH_MSG.CHANNEL_OPEN_FAILURE))[0]!
    connection.end()
  }, async (session) => {
    await login(session)
    expect(await codeOf(async () => session.complete(() => session.forwardListenEx(HOST, PORT)))).toBe('ERR_LIBSSH2_REQUEST_DENIED')
    await session.ended()
  })
  expect(answer).toBe(SSH_MSG.CHANNEL_OPEN_FAILURE)
})

test.each([
  ['localhost', '127.0.0.1'],
  ['localhost', '::1'],
  ['', '0.0.0.0'],
  ['0.0.0.0', ''],
])('0907: a connection to the port that was granted for %j is ours, also when it is said to be to %j', async (asked, said) => {
  const originator = await attack(async (connection) => {
    await serveListen(connection)
    connection.send(message(SSH_MSG.CHANNEL_OPEN).string('forwarded-tcpip').uint32(5).uint32(1000).uint32(1000).string(said).uint32(PORT).string('198.51.100.1').uint32(50_000).finish())
    await connection.receive(SSH_MSG.CHANNEL_OPEN_CONFIRMATION)
    await connection.receiveAll()
  }, async (session) => {
    await login(session)
    const [listener] = await session.complete(() => session.forwardListenEx(asked, PORT))
    return (await session.complete(() => listener.forwardAccept())).originator()?.host
  })
  expect(originator).toBe('198.51.100.1')
})

test('0907: of two listeners on one port the one of the address gets the connection, and no port is guessed', async () => {
  let answer = 0
  await attack(async (connection) => {
    await serveLogin(connection)
    for (let i = 0; i < 2; i++) {
      await connection.receive(SSH_MSG.GLOBAL_REQUEST)
      connection.send(message(SSH_MSG.REQUEST_SUCCESS).finish())
    }
    connection.send(forwarded(5))
    await connection.receive(SSH_MSG.CHANNEL_OPEN_CONFIRMATION)
    connection.send(message(SSH_MSG.CHANNEL_OPEN).string('forwarded-tcpip').uint32(6).uint32(1000).uint32(1000).string(HOST).uint32(PORT + 1).string('198.51.100.1').uint32(1).finish())
    answer = (await connection.receive(SSH_MSG.CHANNEL_OPEN_CONFIRMATION, SSH_MSG.CHANNEL_OPEN_FAILURE))[0]!
    connection.end()
  }, async (session) => {
    await login(session)
    await session.complete(() => session.forwardListenEx('localhost', PORT))
    const [second] = await session.complete(() => session.forwardListenEx(HOST, PORT))
    await session.complete(() => second.forwardAccept())
    await session.ended()
  })
  expect(answer).toBe(SSH_MSG.CHANNEL_OPEN_FAILURE)
})

test('0733: ignored data is what the message holds, and no more', async () => {
  const heard = await attack(async (connection) => {
    await serveLogin(connection)
    await connection.receive(SSH_MSG.GLOBAL_REQUEST)
    connection.send(message(SSH_MSG.IGNORE).string(Uint8Array.of(1, 0, 2)).finish())
    connection.send(message(SSH_MSG.IGNORE).uint32(0xffffff).finish())
    connection.send(message(SSH_MSG.IGNORE).finish())
    await connection.receiveAll()
  }, (session) => new Promise<number[][]>((resolve) => {
    const all: number[][] = []
    session.onIgnore = (data) => {
      all.push([...data])
      if (all.length === 3) resolve(all)
    }
    void login(session).then(() => session.keepaliveNow())
  }))
  expect(heard).toEqual([[1, 0, 2], [], []])
})

test('the originator of a forwarded channel is what the server says, to its end, and goes with the channel', async () => {
  const long = 'o'.repeat(3000)
  const originator = await attack(async (connection) => {
    await serveListen(connection)
    connection.send(forwarded(5, long))
    await connection.receive(SSH_MSG.CHANNEL_OPEN_CONFIRMATION)
    await connection.receive(SSH_MSG.CHANNEL_CLOSE)
    connection.send(channelClose({ client: 0, server: 5 }))
    await connection.receiveAll()
  }, async (session) => {
    await login(session)
    const [listener] = await session.complete(() => session.forwardListenEx(HOST, PORT))
    const channel = await session.complete(() => listener.forwardAccept())
    const said = channel.originator()
    await session.complete(() => channel.free())
    return said
  })
  expect(originator).toEqual({ host: long, port: 50_000 })
})

test.each([
  ['an address of one character', 'a'],
  ['two', 'bc'],
])('0731: a line of known_hosts with %s names that host', async (_, name) => {
  const names = await attack(async (connection) => {
    await serveLogin(connection)
    await connection.receiveAll()
  }, async (session) => {
    await login(session)
    using hosts = session.knownhostInit()
    hosts.readline(`${name} ssh-ed25519 ${'A'.repeat(68)}`)
    return [...hosts].map((entry) => entry.name)
  })
  expect(names).toEqual([name])
})

test('0731: a line of known_hosts ends with its line feed, and a key type with its last character', async () => {
  const written = await attack(async (connection) => {
    await serveLogin(connection)
    await connection.receiveAll()
  }, async (session) => {
    await login(session)
    using hosts = session.knownhostInit()
    hosts.readline(`one.example ssh-ed ${'A'.repeat(68)} me\nrest`)
    expect(await codeOf(async () => hosts.readline('|1|'))).toBe('ERR_LIBSSH2_METHOD_NOT_SUPPORTED')
    return [...hosts].map((entry) => hosts.writeline(entry))
  })
  expect(written).toEqual([`one.example ssh-ed ${'A'.repeat(68)} me\n`])
})
