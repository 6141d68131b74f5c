import { expect, test } from 'vitest'
import { LIBSSH2_METHOD_HOSTKEY, LIBSSH2_METHOD_KEX } from '../../src/ffi/constants.gen.ts'
import type { Session } from '../../src/bindings/index.ts'
import { WireReader } from '../../src/wire-format/reader.ts'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { channelData, type Connection, HostKey, SSH_MSG } from '../support/scripted-server.ts'
import type { KeyExchangeOptions } from '../support/scripted-server/key-exchange.ts'
import { attack, codeOf, exec, read, serveVictim } from './attack.ts'

/** KEXINIT with other key exchanges, and perhaps a guess that follows. */
function offering(init: Uint8Array, methods: readonly string[], guess = false): Uint8Array {
  const fields = new WireReader(init.subarray(17))
  fields.string()
  const rest = fields.bytes(fields.remaining)
  rest[rest.length - 5] = Number(guess)
  return new WireWriter().bytes(init.subarray(0, 17)).nameList(methods).bytes(rest).finish()
}

const handshake = (script: (connection: Connection) => Promise<void>, prepare = (_: Session) => {}) =>
  attack(async (connection) => {
    await script(connection)
    await connection.receiveAll()
  }, async (session) => {
    prepare(session)
    return codeOf(() => session.complete(() => session.handshake()))
  })

/** A session whose key exchanges the script makes; the client's last word is what it read after them. */
const rekeying = (first: KeyExchangeOptions, second: KeyExchangeOptions) =>
  attack(async (connection) => {
    const channel = await serveVictim(connection, first)
    await connection.exchangeKeys(second)
    connection.send(channelData(channel, 'still here'))
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session)
    let text = ''
    const code = await codeOf(async () => {
      while (text === '') text = await read(channel)
      throw Object.assign(new Error(), { text })
    }).catch(() => undefined)
    return code ?? text
  })

test.each([
  ['ext-info-c'],
  ['kex-strict-c-v00@openssh.com'],
])('0301: %s is no key exchange', async (name) => {
  const script = (connection: Connection) => connection.handshake({ init: (init) => offering(init, [name]) })
  expect(await handshake(script)).toBe('ERR_LIBSSH2_KEX_FAILURE')
  expect(await handshake(script, (session) => session.methodPref(LIBSSH2_METHOD_KEX, 'ecdh-sha2-nistp256'))).toBe('ERR_LIBSSH2_KEX_FAILURE')
})

test('0302: what follows a wrong guess is thrown away', async () => {
  const text = await attack(async (connection) => {
    const guess = new WireWriter().byte(SSH_MSG.KEX_ECDH_REPLY).string('what another method').string('would say').finish()
    const init = (right: Uint8Array) => {
      queueMicrotask(() => connection.send(guess)) // right behind KEXINIT
      return offering(right, ['guess@example.org', 'ecdh-sha2-nistp256'], true)
    }
    const channel = await serveVictim(connection, { strict: false, init })
    connection.send(channelData(channel, 'still here'))
    await connection.receiveAll()
  }, async (session) => read(await exec(session)))
  expect(text).toBe('still here')
})

test('0302: what follows a right guess is the key exchange', async () => {
  const text = await attack(async (connection) => {
    const channel = await serveVictim(connection, { strict: false, init: (init) => offering(init, ['ecdh-sha2-nistp256'], true) })
    connection.send(channelData(channel, 'still here'))
    await connection.receiveAll()
  }, async (session) => {
    session.methodPref(LIBSSH2_METHOD_KEX, 'ecdh-sha2-nistp256')
    session.methodPref(LIBSSH2_METHOD_HOSTKEY, 'ecdsa-sha2-nistp256')
    return read(await exec(session))
  })
  expect(text).toBe('still here')
})

test.each([
  ['before the languages', 13],
  ['inside of the reserved number', 3],
])('0302: a KEXINIT that ends %s is refused', async (_, missing) => {
  const code = await handshake((connection) => connection.handshake({ init: (init) => init.subarray(0, init.length - missing) }))
  expect(code).toBe('ERR_LIBSSH2_KEX_FAILURE')
})

test('0303: strict key exchange does not begin with a re-exchange', async () => {
  const second = { strict: false, init: (init: Uint8Array) => offering(init, ['ecdh-sha2-nistp256', 'kex-strict-s-v00@openssh.com']) }
  expect(await rekeying({ strict: false }, second)).toBe('still here')
})

/** A strict key exchange after a wrong guess, with `between` in front of the packet of the guess. */
const strictGuess = (between: readonly Uint8Array[], type: number = SSH_MSG.KEX_ECDH_REPLY) => handshake(async (connection) => {
  const guess = new WireWriter().byte(type).string('what another method').string('would say').finish()
  const init = (right: Uint8Array) => {
    queueMicrotask(() => { for (const each of [...between, guess]) connection.send(each) })
    return offering(right, ['guess@example.org', 'ecdh-sha2-nistp256', 'kex-strict-s-v00@openssh.com'], true)
  }
  await connection.handshake({ strict: true, init })
  connection.destroy()
})

test.each([
  ['IGNORE', new WireWriter().byte(SSH_MSG.IGNORE).string('x').finish()],
  ['DEBUG', new WireWriter().byte(SSH_MSG.DEBUG).boolean(false).string('x').string('').finish()],
  ['UNIMPLEMENTED', new WireWriter().byte(SSH_MSG.UNIMPLEMENTED).uint32(0).finish()],
  ['an unknown message', new WireWriter().byte(9).finish()],
])('0911: strict key exchange refuses %s in front of a wrong guess', async (_, message) => {
  expect(await strictGuess([message])).toBe('ERR_LIBSSH2_SOCKET_DISCONNECT')
})

test.each([30, 31, 33, 49])('0911: the packet of a wrong guess itself is thrown away in strict key exchange: %d', async (type) => {
  const text = await attack(async (connection) => {
    const guess = new WireWriter().byte(type).string('what another method').string('would say').finish()
    const channel = await serveVictim(connection, {
      strict: true,
      init: (right) => {
        queueMicrotask(() => connection.send(guess))
        return offering(right, ['guess@example.org', 'ecdh-sha2-nistp256', 'kex-strict-s-v00@openssh.com'], true)
      },
    })
    connection.send(channelData(channel, 'still here'))
    await connection.receiveAll()
  }, async (session) => read(await exec(session)))
  expect(text).toBe('still here')
})

test('0304: names of extensions come after the methods, and are not taken for methods', async () => {
  const offers: string[][] = []
  await attack(async (connection) => {
    await connection.identify()
    offers.push(new WireReader((await connection.receive(SSH_MSG.KEXINIT)).subarray(17)).nameList())
    connection.destroy()
  }, async (session) => {
    session.methodPref(LIBSSH2_METHOD_KEX, 'ecdh-sha2-nistp256')
    expect(await codeOf(async () => session.methodPref(LIBSSH2_METHOD_KEX, 'no-such-method@example.org'))).toBe('ERR_LIBSSH2_METHOD_NOT_SUPPORTED')
    await codeOf(() => session.complete(() => session.handshake()))
  })
  expect(offers).toEqual([['ecdh-sha2-nistp256', 'ext-info-c', 'kex-strict-c-v00@openssh.com']])
})

test('0305: a wrong signature of the host key is called so', async () => {
  const code = await handshake((connection) => connection.handshake({ reply: (reply) => reply.with(reply.length - 1, reply.at(-1)! ^ 1) }))
  expect(code).toBe('ERR_LIBSSH2_HOSTKEY_SIGN')
})

test('another host key in a re-exchange ends the session', async () => {
  expect(await rekeying({}, { hostKey: new HostKey() })).toBe('ERR_LIBSSH2_HOSTKEY_INIT')
})

test('other ciphers in a re-exchange begin with its NEWKEYS', async () => {
  const other = { cipher: 'chacha20-poly1305@openssh.com' } as const
  expect(await rekeying({}, { clientToServer: other, serverToClient: other })).toBe('still here')
})

test.each([true, false].flatMap((strict) => (['aes128-ctr', 'aes128-gcm@openssh.com', 'chacha20-poly1305@openssh.com'] as const).map((cipher) => [cipher, strict] as const)))(
  '0923: what is answered between both NEWKEYS goes out with the new keys: %s, strict: %s', async (name, strict) => {
    const cipher = { clientToServer: { cipher: name }, serverToClient: { cipher: name } }
    const text = await attack(async (connection) => {
      const channel = await serveVictim(connection, { ...cipher, strict })
      await connection.exchangeKeys({
        ...cipher, strict, beforeNewKeys: async () => {
          for (const type of [9, 200]) connection.send(new WireWriter().byte(type).string('x').finish())
          await connection.sent()
        },
      })
      connection.send(channelData(channel, 'still here'))
      // They come behind NEWKEYS, so these keys can read them.
      for (let i = 0; i < 2; i++) await connection.receive(SSH_MSG.UNIMPLEMENTED)
      await connection.receiveAll()
    }, async (session) => read(await exec(session)))
    expect(text).toBe('still here')
  })

test.each(['beforeReply', 'beforeNewKeys'] as const)('0926: a DISCONNECT in a strict key exchange keeps its reason: %s', async (when) => {
  const goodbye = new WireWriter().byte(SSH_MSG.DISCONNECT).uint32(2).string('too many connections').string('').finish()
  const said: unknown[] = []
  await attack(async (connection) => {
    await connection.handshake({ strict: true, [when]: () => connection.send(goodbye) }).catch(() => {})
    await connection.receiveAll()
  }, async (session) => {
    await session.complete(() => session.handshake()).catch((error: unknown) => said.push(error))
  })
  expect(said).toMatchObject([{ name: 'DisconnectError', reason: 2, description: 'too many connections' }])
})
