import { createPublicKey, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Session } from '../../src/bindings/session/session.ts'
import { WireReader } from '../../src/wire-format/reader.ts'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { channelData, type Connection, message, serveHandshake, serveLogin, SSH_MSG } from '../support/scripted-server.ts'
import { attack, codeOf, exec, login, read, serveVictim } from './attack.ts'
import { success } from './authenticating.ts'

type Pair = readonly [name: string, value: string | Uint8Array]

const extInfo = (...pairs: readonly Pair[]) =>
  pairs.reduce((info, [name, value]) => info.string(name).string(value), message(SSH_MSG.EXT_INFO).uint32(pairs.length)).finish()

/** What the client has kept when messages have come behind the handshake. */
const kept = (...messages: readonly Uint8Array[]) => attack(async (connection) => {
  await serveHandshake(connection)
  for (const each of messages) connection.send(each)
  await connection.receive(SSH_MSG.USERAUTH_REQUEST)
  connection.send(success())
  await connection.receiveAll()
}, async (session) => [...(await login(session)).extensions()].map(([name, value]) => [name, Buffer.from(value).toString('latin1')]))

test('0912: the pairs of the first EXT_INFO are kept as they are', async () => {
  expect(await kept(extInfo(['server-sig-algs', 'ssh-ed25519'], ['publickey-hostbound@openssh.com', '0'], ['empty', ''], ['delay-compression', Uint8Array.of(0, 0, 0, 1, 255)])))
    .toEqual([['server-sig-algs', 'ssh-ed25519'], ['publickey-hostbound@openssh.com', '0'], ['empty', ''], ['delay-compression', '\0\0\0\x01\xff']])
})

test('0912: of a second one only server-sig-algs counts', async () => {
  expect(await kept(extInfo(['ping@openssh.com', '0']), extInfo(['server-sig-algs', 'ssh-ed25519'], ['agent-forward', '0']))).toEqual([['ping@openssh.com', '0']])
})

test('0912: what does not fit into 16 kB is not kept, and hurts nobody', async () => {
  const pairs = await kept(extInfo(['a', 'x'.repeat(10_000)], ['b', 'x'.repeat(10_000)], ['c', '0']))
  expect(pairs.map(([name]) => name)).toEqual(['a', 'c'])
})

test('0912: one behind every NEWKEYS, as Paramiko and Erlang send them, changes nothing after the login', async () => {
  const seen = await attack(async (connection) => {
    await serveHandshake(connection)
    connection.send(extInfo(['server-sig-algs', 'ssh-ed25519']))
    await connection.receive(SSH_MSG.USERAUTH_REQUEST)
    connection.send(success())
    for (let i = 0; i < 5; i++) {
      await connection.exchangeKeys()
      connection.send(extInfo(['server-sig-algs', 'ssh-rsa'], ['late', '0']))
    }
    connection.send(message(SSH_MSG.GLOBAL_REQUEST).string('done').boolean(false).finish())
    await connection.receiveAll()
  }, async (session) => {
    const done = new Promise<void>((resolve) => { session.onGlobalRequest = () => resolve() })
    await login(session)
    await done
    return [[...session.extensions().keys()], session.failure]
  })
  expect(seen).toEqual([['server-sig-algs'], undefined])
})

test('0912: a server without extensions has none', async () => {
  expect(await kept()).toEqual([])
})

test.each([
  ['a third message', [extInfo(['a', '0']), extInfo(['a', '0']), extInfo(['a', '0'])]],
  ['more than 1024 pairs', [extInfo(...Array.from({ length: 1025 }, (_, i): Pair => [`${i}`, '0']))]],
  ['a NUL in the names of algorithms', [extInfo(['server-sig-algs', 'ssh-ed25519\0,ssh-rsa'])]],
])('0912: %s ends the session', async (_, messages) => {
  const code = await attack(async (connection) => {
    await serveHandshake(connection)
    for (const each of messages) connection.send(each)
    await connection.receiveAll()
  }, async (session) => {
    await session.complete(() => session.handshake())
    return (await session.ended()).code
  })
  expect(code).toBe('ERR_LIBSSH2_PROTO')
})

test('0913: what is left of the first exchange proves which server the session is with, after another exchange too', async () => {
  let sessionId: Uint8Array | undefined
  const [before, after] = await attack(async (connection) => {
    const channel = await serveVictim(connection)
    sessionId = connection.sessionId
    await connection.exchangeKeys()
    connection.send(channelData(channel, 'done'))
    await connection.receiveAll()
  }, async (session) => {
    expect(session.firstExchange()).toBeNull()
    await session.complete(() => session.handshake())
    const first = session.firstExchange()
    await session.complete(() => session.userauthList('user'))
    const channel = await session.complete(() => session.openSession())
    await session.complete(() => channel.execute('true'))
    await session.complete(() => channel.signal('USR1'))
    expect(await read(channel)).toBe('done')
    return [first, session.firstExchange()]
  })
  expect(after).toEqual(before)
  expect(Buffer.from(before!.sessionId)).toEqual(sessionId)
  const key = new WireReader(before!.hostKey)
  expect([key.text(), key.text()]).toEqual(['ecdsa-sha2-nistp256', 'nistp256'])
  const point = key.string()
  const signature = new WireReader(before!.signature)
  expect(signature.text()).toBe('ecdsa-sha2-nistp256')
  const numbers = new WireReader(signature.string())
  const p1363 = Buffer.concat([numbers.mpint(), numbers.mpint()].map((number) => Buffer.from(number).subarray(-32)).map((number) => Buffer.concat([Buffer.alloc(32 - number.length), number])))
  const jwk = { kty: 'EC', crv: 'P-256', x: Buffer.from(point.subarray(1, 33)).toString('base64url'), y: Buffer.from(point.subarray(33)).toString('base64url') }
  expect(verify('sha256', before!.sessionId, { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' }, p1363)).toBe(true)
})

const key = new WireWriter().string('ssh-ed25519').string(new Uint8Array(32)).finish()
const HOSTBOUND = 'publickey-hostbound-v00@openssh.com'

/** Methods, host keys in requests and what was signed, of a login at a server that announces `pairs`. */
async function offered(...pairs: readonly Pair[]) {
  const requests: (readonly [method: string, hostKey: Uint8Array | undefined])[] = []
  const signed: Uint8Array[] = []
  const facts = await attack(async (connection) => {
    await serveHandshake(connection)
    connection.send(extInfo(...pairs))
    for (let hasSignature = false; !hasSignature;) {
      const fields = new WireReader((await connection.receive(SSH_MSG.USERAUTH_REQUEST)).subarray(1))
      fields.string()
      fields.string()
      const method = fields.text()
      hasSignature = fields.boolean()
      const name = fields.text()
      const blob = fields.string()
      requests.push([method, method === HOSTBOUND ? fields.string() : undefined])
      if (hasSignature) fields.string()
      expect(fields.remaining).toBe(0)
      connection.send(hasSignature ? success() : message(60).string(name).string(blob).finish())
    }
    await connection.receiveAll()
  }, async (session) => {
    await session.complete(() => session.handshake())
    await session.complete(() => session.userauthPublickey('user', key, (data) => {
      signed.push(data)
      return new WireWriter().string('ssh-ed25519').string(new Uint8Array(64)).finish()
    }))
    return session.firstExchange()
  })
  return { requests, signed, hostKey: facts!.hostKey, sessionId: facts!.sessionId }
}

test('0914: the host key is in the request and in what is signed, where the server knows that', async () => {
  const { requests, signed, hostKey, sessionId } = await offered(['publickey-hostbound@openssh.com', '0'])
  expect(requests).toEqual([[HOSTBOUND, hostKey], [HOSTBOUND, hostKey]])
  const fields = new WireReader(signed[0]!)
  expect([fields.string(), fields.byte(), fields.text(), fields.text(), fields.text(), fields.boolean(), fields.text(), fields.string(), fields.string(), fields.remaining])
    .toEqual([sessionId, SSH_MSG.USERAUTH_REQUEST, 'user', 'ssh-connection', HOSTBOUND, true, 'ssh-ed25519', key, hostKey, 0])
})

test.each([
  ['does not say so', []],
  ['means another version', [['publickey-hostbound@openssh.com', '1']]],
  ['says something longer', [['publickey-hostbound@openssh.com', '00']]],
  ['says something else', [['publickey-hostbound@openssh.comx', '0']]],
] as const)('0914: it is the method publickey where the server %s', async (_, pairs) => {
  expect((await offered(...pairs)).requests).toEqual([['publickey', undefined], ['publickey', undefined]])
})

/** What the client's next global request holds. */
async function globalRequest(connection: Connection): Promise<WireReader> {
  return new WireReader((await connection.receive(SSH_MSG.GLOBAL_REQUEST)).subarray(1))
}

test('0902: global requests of both sides, each answered in its order', async () => {
  const asked: unknown[] = []
  const seen = await attack(async (connection) => {
    await serveLogin(connection)
    for (const [name, wantReply] of [['hostkeys-00@openssh.com', false], ['unknown@example.org', true], ['', false]] as const) {
      connection.send(message(SSH_MSG.GLOBAL_REQUEST).string(name).boolean(wantReply).string('body').finish())
    }
    await connection.receive(SSH_MSG.REQUEST_FAILURE) // one of the three wanted it
    for (let i = 0; i < 5; i++) {
      const fields = await globalRequest(connection)
      asked.push([fields.text(), fields.boolean(), Buffer.from(fields.rest()).toString()])
    }
    connection.send(message(SSH_MSG.REQUEST_SUCCESS).bytes(Buffer.from('first')).finish())
    connection.send(message(SSH_MSG.REQUEST_FAILURE).finish()) // the keepalive's
    connection.send(message(SSH_MSG.REQUEST_FAILURE).finish())
    connection.send(message(SSH_MSG.REQUEST_SUCCESS).finish())
    await connection.receiveAll()
  }, async (session) => {
    const heard: unknown[] = []
    const requests: unknown[] = []
    const all = new Promise<void>((resolve) => {
      session.onGlobalRequest = (name, body, wantReply) => {
        requests.push([name, Buffer.from(body).toString('latin1'), wantReply])
        if (requests.length === 3) resolve()
      }
    })
    await login(session)
    await all
    const answer = (name: string, body: string) => new Promise<void>((resolve) => {
      session.globalRequest(name, Buffer.from(body), (data) => {
        heard.push([name, data && Buffer.from(data).toString()])
        resolve()
      })
    })
    session.globalRequest('no-more-sessions@openssh.com')
    const first = answer('first', 'a')
    session.keepaliveNow()
    await Promise.all([first, answer('second', 'b'), answer('third', '')])
    return { requests, heard }
  })
  expect(asked).toEqual([['no-more-sessions@openssh.com', false, ''], ['first', true, 'a'], ['keepalive@libssh2.org', true, ''], ['second', true, 'b'], ['third', true, '']])
  expect(seen).toEqual({
    requests: [['hostkeys-00@openssh.com', '\0\0\0\x04body', false], ['unknown@example.org', '\0\0\0\x04body', true], ['', '\0\0\0\x04body', false]],
    heard: [['first', 'first'], ['second', undefined], ['third', '']],
  })
})

const opened = (channel: number, path: string) => message(SSH_MSG.CHANNEL_OPEN).string('forwarded-streamlocal@openssh.com').uint32(channel).uint32(1000).uint32(1000)
  .string(path).string('').finish()

test('0915: connections to a Unix socket go to the listener of that path, others are refused', async () => {
  const asked: unknown[] = []
  const seen = await attack(async (connection) => {
    await serveLogin(connection)
    for (let i = 0; i < 2; i++) {
      const fields = await globalRequest(connection)
      asked.push([fields.text(), fields.boolean(), fields.text(), fields.remaining])
      connection.send(message(SSH_MSG.REQUEST_SUCCESS).finish())
    }
    for (const [number, path] of [[7, '/other'], [8, '/run/b'], [9, '/run/a'], [10, '']] as const) connection.send(opened(number, path))
    await connection.receiveAll()
  }, async (session) => {
    await login(session)
    const a = await session.complete(() => session.forwardListenStreamlocal('/run/a'))
    const b = await session.complete(() => session.forwardListenStreamlocal('/run/b'))
    await session.complete(() => b.forwardAccept())
    const channel = await session.complete(() => a.forwardAccept())
    return [a.path, a.port, channel.originator()?.host]
  })
  expect(asked).toEqual([['streamlocal-forward@openssh.com', true, '/run/a', 0], ['streamlocal-forward@openssh.com', true, '/run/b', 0]])
  expect(seen).toEqual(['/run/a', 0, ''])
})

test('0915: a connection whose last field is not there ends the session', async () => {
  const code = await attack(async (connection) => {
    await serveLogin(connection)
    await connection.receive(SSH_MSG.GLOBAL_REQUEST)
    connection.send(message(SSH_MSG.REQUEST_SUCCESS).finish())
    connection.send(message(SSH_MSG.CHANNEL_OPEN).string('forwarded-streamlocal@openssh.com').uint32(7).uint32(1000).uint32(1000).string('/run/a').uint32(5).finish())
    await connection.receiveAll()
  }, async (session) => {
    await login(session)
    // Whoever reads it: the request, or what takes in what comes later.
    return codeOf(async () => {
      await session.complete(() => session.forwardListenStreamlocal('/run/a'))
      throw await session.ended()
    })
  })
  expect(code).toBe('ERR_LIBSSH2_BUFFER_TOO_SMALL')
})

test('0915: refusals, and what is told when a socket is no longer listened on', async () => {
  const told: unknown[] = []
  const code = await attack(async (connection) => {
    await serveLogin(connection)
    await connection.receive(SSH_MSG.GLOBAL_REQUEST)
    connection.send(message(SSH_MSG.REQUEST_FAILURE).finish())
    await connection.receive(SSH_MSG.GLOBAL_REQUEST)
    connection.send(message(SSH_MSG.REQUEST_SUCCESS).finish())
    const fields = await globalRequest(connection)
    told.push(fields.text(), fields.boolean(), fields.text(), fields.remaining)
    connection.send(opened(7, '/run/a'))
    told.push((await connection.receive(SSH_MSG.CHANNEL_OPEN_CONFIRMATION, SSH_MSG.CHANNEL_OPEN_FAILURE))[0])
    connection.end()
  }, async (session) => {
    await login(session)
    const refused = await codeOf(async () => session.complete(() => session.forwardListenStreamlocal('/run/a')))
    const listener = await session.complete(() => session.forwardListenStreamlocal('/run/a'))
    await session.complete(() => listener.forwardCancel())
    await session.ended()
    return refused
  })
  expect(code).toBe('ERR_LIBSSH2_REQUEST_DENIED')
  expect(told).toEqual(['cancel-streamlocal-forward@openssh.com', false, '/run/a', 0, SSH_MSG.CHANNEL_OPEN_FAILURE])
})

test('a TCP connection does not go to a Unix socket, nor the other way round', async () => {
  const answers: number[] = []
  await attack(async (connection) => {
    await serveLogin(connection)
    for (let i = 0; i < 2; i++) {
      await connection.receive(SSH_MSG.GLOBAL_REQUEST)
      connection.send(message(SSH_MSG.REQUEST_SUCCESS).finish())
    }
    connection.send(opened(7, 'host'))
    connection.send(message(SSH_MSG.CHANNEL_OPEN).string('forwarded-tcpip').uint32(8).uint32(1000).uint32(1000).string('/run/a').uint32(0).string('').uint32(0).finish())
    for (let i = 0; i < 2; i++) answers.push((await connection.receive(SSH_MSG.CHANNEL_OPEN_CONFIRMATION, SSH_MSG.CHANNEL_OPEN_FAILURE))[0]!)
    connection.end()
  }, async (session) => {
    await login(session)
    await session.complete(() => session.forwardListenStreamlocal('/run/a'))
    await session.complete(() => session.forwardListenEx('host', 4242))
    await session.ended()
  })
  expect(answers).toEqual([SSH_MSG.CHANNEL_OPEN_FAILURE, SSH_MSG.CHANNEL_OPEN_FAILURE])
})

/** The client's next channel request: what is behind the number of the channel. */
async function channelRequest(connection: Connection) {
  const fields = new WireReader((await connection.receive(SSH_MSG.CHANNEL_REQUEST)).subarray(5))
  return [fields.text(), fields.boolean(), Buffer.from(fields.rest()).toString('latin1')]
}

test('channel requests that want no reply: variables of the environment, eow', async () => {
  const asked: unknown[] = []
  const refused = await attack(async (connection) => {
    const channel = await serveVictim(connection)
    for (let i = 0; i < 3; i++) asked.push(await channelRequest(connection))
    connection.send(channelData(channel, 'done'))
    connection.send(message(SSH_MSG.CHANNEL_CLOSE).uint32(channel.client).finish())
    await connection.receiveAll()
  }, async (session: Session) => {
    const channel = await exec(session)
    channel.setenvNoReply('LANG', 'C.UTF-8')
    channel.setenvNoReply('EMPTY', '')
    channel.requestNoReply('eow@openssh.com')
    expect(await read(channel)).toBe('done')
    await session.complete(() => channel.waitEof())
    await session.complete(() => channel.close())
    return codeOf(async () => channel.requestNoReply('eow@openssh.com'))
  })
  expect(asked).toEqual([['env', false, '\0\0\0\x04LANG\0\0\0\x07C.UTF-8'], ['env', false, '\0\0\0\x05EMPTY\0\0\0\0'], ['eow@openssh.com', false, '']])
  expect(refused).toBe('ERR_LIBSSH2_CHANNEL_CLOSED')
})
