// What a server may change when keys are exchanged again, and what ends the session: another host key, methods that nobody offered, messages in the wrong order.
import { describe, expect, test } from 'vitest'
import { WireReader } from '../../src/wire-format/reader.ts'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { channelClose, channelData, channelEof, type Connection, HostKey, message, SSH_MSG, type SigningKey } from '../support/scripted-server.ts'
import type { KeyExchangeOptions } from '../support/scripted-server/key-exchange.ts'
import { meet, serveExecStarted } from './meet.ts'

const KEX = 'curve25519-sha256'
const RIGHT = 'every byte of it'

/** Name lists of a KEXINIT, in their order. */
const LISTS = ['kex', 'hostKey', 'cipherToServer', 'cipherToClient', 'macToServer', 'macToClient', 'compressionToServer', 'compressionToClient', 'languageToServer', 'languageToClient'] as const
type Lists = Record<typeof LISTS[number], string[]>

/** Changes the lists of a KEXINIT. */
const lists = (change: (lists: Lists) => Partial<Lists>) => (init: Uint8Array): Uint8Array => {
  const fields = new WireReader(init.subarray(17))
  const said = Object.fromEntries(LISTS.map((name) => [name, fields.nameList()])) as Lists
  const changed = { ...said, ...change(said) }
  const writer = new WireWriter().bytes(init.subarray(0, 17))
  for (const name of LISTS) writer.nameList(changed[name])
  return writer.boolean(false).uint32(0).finish()
}

/** Everywhere a method that the client has not offered. */
const only = (name: keyof Lists, method: string) => ({ init: lists(() => ({ [name]: method === '' ? [] : [method] })) })

/** A command; in the middle of its output, another key exchange as `options` say; then the rest. @returns how it ended, and the output if there is all of it. */
async function rekeying(options: (connection: Connection) => KeyExchangeOptions, first?: SigningKey): Promise<string> {
  let output = ''
  const meeting = await meet(async (connection) => {
    const client = await serveExecStarted(connection, first && { hostKey: first })
    const channel = { client, server: 77 }
    connection.send(channelData(channel, RIGHT.slice(0, 5)))
    await connection.exchangeKeys({ kex: KEX, ...first && { hostKey: first }, ...options(connection) })
    connection.send(channelData(channel, RIGHT.slice(5)))
    connection.send(channelEof(channel))
    connection.send(message(SSH_MSG.CHANNEL_REQUEST).uint32(client).string('exit-status').boolean(false).uint32(0).finish())
    connection.send(channelClose(channel))
    await connection.receiveAll()
  }, async (client, signal) => {
    output = (await client.run('command', { signal })).stdout
  }, { algorithms: { kex: [KEX, 'ecdh-sha2-nistp256'] } })
  return meeting.end === 'done' ? output : meeting.end
}

const ed25519 = new HostKey('ssh-ed25519')
const another = new HostKey('ssh-ed25519')
const ofAnotherType = new HostKey('ecdsa-sha2-nistp256')

describe('goes on with every byte', () => {
  test.each<[string, KeyExchangeOptions]>([
    ['the same again', {}],
    ['another cipher', { clientToServer: { cipher: 'aes256-gcm@openssh.com' }, serverToClient: { cipher: 'chacha20-poly1305@openssh.com' } }],
    ['another MAC', { clientToServer: { mac: 'hmac-sha2-256-etm@openssh.com' } }],
    ['another key agreement', { kex: 'ecdh-sha2-nistp256' }],
    // Strict key exchange is agreed upon in the first one (OpenSSH's PROTOCOL, section 1.10): what a later KEXINIT says of it means nothing.
    ['no marker of strict key exchange', { strict: false }],
  ])('%s', async (_, options) => {
    expect(await rekeying(() => options, ed25519)).toBe(RIGHT)
  })
})

describe('ends the session with a typed error', () => {
  test.each<[string, KeyExchangeOptions]>([
    ['another host key of the same type', { hostKey: another }],
    ['a host key of another type', { hostKey: ofAnotherType }],
    ['the same host key, and the signature of another one', { hostKey: { algorithm: ed25519.algorithm, blob: ed25519.blob, sign: (data) => another.sign(data) } }],
    ['the same host key, and a signature of other data', { hostKey: { algorithm: ed25519.algorithm, blob: ed25519.blob, sign: () => ed25519.sign(Buffer.from('something else')) } }],
    ['the same host key under the name of another algorithm', { hostKey: { algorithm: 'ecdsa-sha2-nistp256', blob: ed25519.blob, sign: (data) => ed25519.sign(data) } }],
    ['a host-key algorithm that was not offered', only('hostKey', 'ssh-dss')],
    ['a key agreement that was not offered', only('kex', 'diffie-hellman-group1-sha1')],
    ['a cipher that was not offered', only('cipherToClient', '3des-cbc')],
    ['no cipher', only('cipherToServer', 'none')],
    ['a MAC that was not offered', only('macToClient', 'hmac-md5')],
    ['compression that was not offered', only('compressionToClient', 'zlib')],
    ['empty lists', only('kex', '')],
    ['an empty list of ciphers', only('cipherToClient', '')],
  ])('%s', async (_, options) => {
    expect(await rekeying(() => options, ed25519)).toMatch(/^ERR_/)
  })

  test.each<[string, (connection: Connection) => KeyExchangeOptions]>([
    ['NEWKEYS before the reply', (connection) => ({ beforeReply: () => connection.send(message(SSH_MSG.NEWKEYS).finish()) })],
    ['a second KEXINIT', (connection) => {
      let init: Uint8Array
      return { init: (right) => { init = right; return right }, beforeReply: () => connection.send(init) }
    }],
    ['the reply once more', (connection) => {
      let reply: Uint8Array
      return { reply: (right) => { reply = right; return right }, beforeNewKeys: () => connection.send(reply) }
    }],
    ['a login that succeeds once more', (connection) => ({ beforeReply: () => connection.send(message(SSH_MSG.USERAUTH_SUCCESS).finish()) })],
    ['a service that is accepted once more', (connection) => ({ beforeReply: () => connection.send(message(SSH_MSG.SERVICE_ACCEPT).string('ssh-userauth').finish()) })],
  ])('%s', async (name, options) => {
    const end = await rekeying(options, ed25519)
    // What has no place there is dropped, or ends the session. It must not change anything.
    if (/once more/.test(name)) expect([RIGHT, expect.stringMatching(/^ERR_/)]).toContainEqual(end)
    else expect(end).toMatch(/^ERR_/)
  })
})
