// What OpenSSH speaks beyond the RFCs, told wrong: hybrid key exchanges, PING and PONG, the login that names the host key, answers of agents to session-bind.
import { describe, expect, test } from 'vitest'
import { SSHError } from '../../src/errors/ssh-error.ts'
import { AgentClient } from '../../src/keys/agent/client.ts'
import { bindForwarded, bindSession } from '../../src/keys/agent/session-bind.ts'
import { WireReader } from '../../src/wire-format/reader.ts'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { attack, codeOf, exec, read, serveVictim } from '../fixes/attack.ts'
import { channelData, message, serveHandshake, SSH_MSG } from '../support/scripted-server.ts'
import type { KeyAgreement } from '../support/scripted-server/key-agreement.ts'

/** Of each hybrid: the length of its ciphertext, and of the point behind it. */
const HYBRIDS = [['mlkem768x25519-sha256', 1088, 32], ['mlkem768nistp256-sha256', 1088, 65], ['sntrup761x25519-sha512', 1039, 32]] as const

/** The code of a handshake in which the server's value is changed; `null` if it succeeds. */
const handshake = (kex: KeyAgreement, change: (value: Uint8Array) => Uint8Array) => attack(async (connection) => {
  await serveHandshake(connection, {
    kex,
    reply(right) {
      const reader = new WireReader(right.subarray(1))
      const [key, value, signature] = [reader.string(), reader.string(), reader.string()]
      return new WireWriter(4096).byte(right[0] as number).string(key).string(change(value)).string(signature).finish()
    },
  })
  await connection.receiveAll()
}, async (session) => {
  const error = await session.complete(() => session.handshake()).then(() => null, (reason: unknown) => reason)
  if (error === null) return null
  if (!(error instanceof SSHError)) throw error
  expect(session.hostkey()).toBeNull()
  return error.code
})

const flipped = (value: Uint8Array, at: number) => value.with(at, (value[at] as number) ^ 1)

describe.each(HYBRIDS)('a server\'s reply of %s', (kex, ciphertext, point) => {
  test.skipIf(kex === 'sntrup761x25519-sha512')('that is right, for comparison (sntrup761 has real servers for that)', async () => {
    expect(await handshake(kex, (value) => value)).toBeNull()
  })

  // Decapsulation rejects implicitly: a ciphertext of nothing gives another secret, which the signature is not of.
  test.each<[string, (value: Uint8Array) => Uint8Array]>([
    ['with the first bit of the ciphertext flipped', (value) => flipped(value, 0)],
    ['with the last bit of the ciphertext flipped', (value) => flipped(value, ciphertext - 1)],
    ['with a ciphertext of zeros', (value) => new Uint8Array(value).fill(0, 0, ciphertext)],
    ['with a ciphertext of ones', (value) => new Uint8Array(value).fill(255, 0, ciphertext)],
  ])('%s: no secret in common', async (_, change) => {
    expect(await handshake(kex, change)).toBe('ERR_LIBSSH2_HOSTKEY_SIGN')
  })

  test('with a bit of the point flipped: none in common either, or no point', async () => {
    expect(await handshake(kex, (value) => flipped(value, ciphertext + 5))).toBe(point === 65 ? 'ERR_LIBSSH2_KEX_FAILURE' : 'ERR_LIBSSH2_HOSTKEY_SIGN')
  })

  test.each<[string, (value: Uint8Array) => Uint8Array]>([
    ['empty', () => new Uint8Array()],
    ['one byte short', (value) => value.subarray(0, -1)],
    ['one byte long', (value) => Buffer.concat([value, Buffer.of(0)])],
    ['the ciphertext alone', (value) => value.subarray(0, ciphertext)],
    ['the point alone', (value) => value.subarray(ciphertext)],
    ['30,000 bytes', () => new Uint8Array(30_000)],
    ['with a point of zeros', (value) => new Uint8Array(value).fill(0, ciphertext)],
  ])('%s: refused', async (_, change) => {
    expect(await handshake(kex, change)).toBe('ERR_LIBSSH2_KEX_FAILURE')
  })
})

const PING = 192, PONG = 193

test.each([
  ['nothing behind the number', () => new Uint8Array()],
  ['a length alone', () => Uint8Array.of(0, 0, 0, 9)],
  ['a length of 4 GiB', () => Uint8Array.of(255, 255, 255, 255, 1)],
  ['no data', () => new WireWriter().string('').finish()],
  ['30,000 bytes', () => new WireWriter(32_768).string(new Uint8Array(30_000)).finish()],
  ['something behind the data', () => new WireWriter().string('PING!').string('more').finish()],
])('PING and PONG with %s are dropped, before and after the login', async (_, body) => {
  await attack(async (connection) => {
    await serveHandshake(connection)
    const say = () => { for (const type of [PING, PONG]) connection.send(message(type).bytes(body()).finish()) }
    say()
    await connection.receive(SSH_MSG.USERAUTH_REQUEST)
    say()
    connection.send(message(SSH_MSG.USERAUTH_FAILURE).string('password').boolean(false).finish())
    await connection.receive(SSH_MSG.USERAUTH_REQUEST)
    for (const type of [PONG, SSH_MSG.UNIMPLEMENTED]) expect(connection.received.map(([first]) => first)).not.toContain(type)
    connection.send(message(SSH_MSG.USERAUTH_SUCCESS).finish())
    await connection.receiveAll()
  }, async (session) => {
    await session.complete(() => session.handshake())
    expect(await session.complete(() => session.userauthList('user'))).toEqual(['password'])
    await session.complete(() => session.userauthPassword('user', 'secret'))
  })
  await attack(async (connection) => {
    const channel = await serveVictim(connection)
    for (const type of [PING, PONG]) connection.send(message(type).bytes(body()).finish())
    connection.send(channelData(channel, 'still here'))
    await connection.receiveAll()
  }, async (session) => expect(await read(await exec(session))).toBe('still here'))
})

describe('a login that names the host key', () => {
  const key = new WireWriter().string('ssh-ed25519').string(new Uint8Array(32)).finish()
  const other = new WireWriter().string('ssh-ed25519').string(new Uint8Array(32).fill(1)).finish()
  test.each<[string, (hostKey: Uint8Array) => Uint8Array]>([
    ['for another key', () => new WireWriter().string('ssh-ed25519').string(other).finish()],
    ['for the host key', (hostKey) => new WireWriter().string('ssh-ed25519').string(hostKey).finish()],
    ['that is cut', () => new WireWriter().string('ssh-ed25519').finish()],
    ['of nothing', () => new Uint8Array()],
  ])('is not signed after a PK_OK %s', async (_, accepted) => {
    let signed = 0
    const code = await attack(async (connection) => {
      await serveHandshake(connection)
      connection.send(message(SSH_MSG.EXT_INFO).uint32(1).string('publickey-hostbound@openssh.com').string('0').finish())
      const fields = new WireReader((await connection.receive(SSH_MSG.USERAUTH_REQUEST)).subarray(1))
      expect([fields.text(), fields.text(), fields.text()]).toEqual(['user', 'ssh-connection', 'publickey-hostbound-v00@openssh.com'])
      connection.send(message(60).bytes(accepted(connection.hostKey.blob)).finish())
      await connection.receiveAll()
    }, async (session) => {
      await session.complete(() => session.handshake())
      return codeOf(() => session.complete(() => session.userauthPublickey('user', key, () => { signed++; return new Uint8Array() })))
    })
    expect([code, signed]).toEqual(['ERR_LIBSSH2_PROTO', 0])
  })
})

describe('an agent that answers session-bind', () => {
  const facts = { sessionId: new Uint8Array(32), hostKey: new Uint8Array(51), signature: new Uint8Array(83) }
  const saying = (...answers: readonly string[]) => ({
    readable: new ReadableStream<Uint8Array>({
      start(controller) {
        for (const answer of answers) controller.enqueue(Buffer.from(answer, 'hex'))
        controller.close()
      },
    }),
    writable: new WritableStream<Uint8Array>(),
  })
  /** What becomes of it, asked for its user and as one that is forwarded. */
  const outcome = async (...answers: readonly string[]) => Promise.all([
    codeOfOrNone(bindSession(new AgentClient(saying(...answers)), facts)), codeOfOrNone(bindForwarded(saying(...answers), facts)),
  ])
  const codeOfOrNone = (work: Promise<void>) => work.then(() => 'goes on', (error: unknown) => {
    if (!(error instanceof SSHError)) throw error
    return error.code
  })

  test.each([['SUCCESS', '0000000106'], ['FAILURE', '0000000105'], ['EXTENSION_FAILURE', '000000011c']])('%s: is asked further, whatever it has made of it', async (_, answer) => {
    expect(await outcome(answer)).toEqual(['goes on', 'goes on'])
    expect(await outcome(answer.slice(0, 6), answer.slice(6))).toEqual(['goes on', 'goes on'])
  })
  test.each([['not at all', []], ['a part of a length', ['0000']], ['a part of a message', ['0000000506']]])('%s: it has hung up', async (_, answers) => {
    expect(await outcome(...answers)).toEqual(['ERR_AGENT_CLOSED', 'ERR_AGENT_CLOSED'])
  })
  test.each([['no bytes', '00000000'], ['4 GiB', 'ffffffff06']])('an answer of %s: nothing of it is forwarded', async (_, answer) => {
    expect((await outcome(answer))[1]).toBe('ERR_AGENT_PROTOCOL')
  })
  test('twice: what nobody has asked for does not reach the server', async () => {
    expect((await outcome('00000001060000000106'))[1]).toBe('ERR_AGENT_PROTOCOL')
  })
})
