// Terrapin (CVE-2023-48795): a man in the middle puts an IGNORE in front of the server's NEWKEYS, and takes away the first packet behind it, so that the numbers
// of the packets fit again. With each cipher, with and without strict key exchange.
import { createServer, connect as connectSocket, type AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { connect, type ConnectOptions, insecureAcceptAnyHostKey, SSHError } from '../../src/index.ts'
import { defaultAlgorithms, legacyAlgorithms } from '../../src/client/algorithms.ts'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { clientOf } from '../support/client-of.ts'
import { startGoServer } from '../support/go-server.ts'
import { startParamiko } from '../support/paramiko.ts'
import { requirePeer } from '../support/require-peer.ts'
import { message, SSH_MSG, startScriptedServer } from '../support/scripted-server.ts'
import type { DirectionAlgorithms } from '../support/scripted-server/packet-cipher.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'

const KEX = 'curve25519-sha256'
/** In the clear: 12 bytes, 6 of padding. */
const IGNORE = new WireWriter().uint32(12).byte(6).byte(SSH_MSG.IGNORE).string('').bytes(new Uint8Array(6)).finish()
const EXT_INFO = message(SSH_MSG.EXT_INFO).uint32(1).string('server-sig-algs').string('ssh-ed25519').finish()

/** Milliseconds: generous where a message decides; few where damaged text may leave nothing to wait for, and the end of the time is a right outcome. */
const DECIDED = 60_000, UNDECIDED = 5_000, LONGEST = 200_000

interface Attack { readonly algorithms: Partial<DirectionAlgorithms>, readonly strict: boolean, readonly attacked: boolean, /** Damaged text may leave nothing to wait for. */ readonly undecided?: boolean, readonly options?: Partial<ConnectOptions> }

/** How a connection through the man in the middle goes: an error's code, or what the client knows of the server. */
async function through({ algorithms, strict, attacked, undecided = false, options }: Attack) {
  await using server = await startScriptedServer(async (connection) => {
    await connection.handshake({ kex: KEX, strict, clientToServer: algorithms, serverToClient: algorithms, beforeNewKeys: () => { if (attacked) connection.sendRaw(IGNORE) } })
    // The server has sent it; the client gets it only if nobody takes it away.
    const extensions = connection.seal(EXT_INFO)
    if (!attacked) connection.sendRaw(extensions)
    await connection.receive(SSH_MSG.SERVICE_REQUEST)
    connection.send(message(SSH_MSG.SERVICE_ACCEPT).string('ssh-userauth').finish())
    await connection.receive(SSH_MSG.USERAUTH_REQUEST)
    connection.send(message(SSH_MSG.USERAUTH_SUCCESS).finish())
    await connection.receiveAll()
  })
  try {
    await using client = await connect({
      host: server.host, port: server.port, username: 'user', hostKey: insecureAcceptAnyHostKey(), auth: [], connectTimeout: undecided ? UNDECIDED : DECIDED, legacyAlgorithms: true,
      algorithms: { kex: [KEX], ...algorithms.cipher && { cipher: [algorithms.cipher] }, ...algorithms.mac && { mac: [algorithms.mac] } }, ...options,
    })
    return { strictKex: client.algorithms.strictKex, extensions: [...client.session.extensions().keys()] }
  } catch (error) {
    if (!(error instanceof SSHError)) throw error
    return error.code
  }
}

const ETM = 'hmac-sha2-256-etm@openssh.com'
const ciphers: readonly Partial<DirectionAlgorithms>[] = [
  { cipher: 'chacha20-poly1305@openssh.com' }, { cipher: 'aes128-gcm@openssh.com' }, { cipher: 'aes256-gcm@openssh.com' },
  ...(['aes128-cbc', 'aes192-cbc', 'aes256-cbc', '3des-cbc'] as const).map((cipher) => ({ cipher, mac: ETM } as const)),
  ...(['aes128-ctr', 'aes192-ctr', 'aes256-ctr'] as const).flatMap((cipher) => [{ cipher, mac: ETM }, { cipher, mac: 'hmac-sha2-256' }] as const),
]
const titled = ciphers.map((algorithms) => [[algorithms.cipher, algorithms.mac].filter(Boolean).join(' '), algorithms] as const)

test('no cipher that the client can use is left out', () => {
  expect(new Set(ciphers.map(({ cipher }) => cipher))).toEqual(new Set([...defaultAlgorithms('cipher'), ...legacyAlgorithms('cipher')]))
})

describe.each(titled)('%s', { timeout: LONGEST }, (_, algorithms) => {
  test('nobody in the middle: the extensions arrive, and whether it is strict is told', async () => {
    for (const strict of [true, false]) expect(await through({ algorithms, strict, attacked: false })).toEqual({ strictKex: strict, extensions: ['server-sig-algs'] })
  })
  test('strict: the message in the clear ends the connection', async () => {
    expect(await through({ algorithms, strict: true, attacked: true })).toMatch(/^ERR_LIBSSH2_(SOCKET_DISCONNECT|PROTO)$/)
  })
  test('requireStrictKex refuses a server that is not strict, attacked or not', async () => {
    expect(await through({ algorithms, strict: false, attacked: false, options: { requireStrictKex: true } })).toBe('ERR_NOT_STRICT_KEX')
    // Where the missing packet is noticed, that ends the connection first.
    expect(await through({ algorithms, strict: false, attacked: true, undecided: algorithms.cipher !== 'chacha20-poly1305@openssh.com', options: { requireStrictKex: true } })).toMatch(algorithms.cipher === 'chacha20-poly1305@openssh.com' ? /^ERR_NOT_STRICT_KEX$/ : /^ERR_(NOT_STRICT_KEX|LIBSSH2_|CONNECT_TIMEOUT)/)
    expect(await through({ algorithms, strict: true, attacked: false, options: { requireStrictKex: true } })).toMatchObject({ strictKex: true })
  })
})

describe('without strict key exchange', { timeout: LONGEST }, () => {
  test('chacha20-poly1305: the attack works, which is why strictKex is told', async () => {
    expect(await through({ algorithms: { cipher: 'chacha20-poly1305@openssh.com' }, strict: false, attacked: true })).toEqual({ strictKex: false, extensions: [] })
  })
  test.each(['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com'] as const)('%s: the missing packet is noticed', async (cipher) => {
    expect(await through({ algorithms: { cipher }, strict: false, attacked: true })).toMatch(/^ERR_LIBSSH2_(DECRYPT|INVALID_MAC)$/)
  })
  test.each(['aes128-ctr', 'aes192-ctr', 'aes256-ctr'] as const)('%s with a MAC of the clear text: the missing packet is noticed', async (cipher) => {
    expect(await through({ algorithms: { cipher, mac: 'hmac-sha2-256' }, strict: false, attacked: true })).toMatch(/^ERR_/)
  })
  test.each(['aes128-cbc', 'aes192-cbc', 'aes256-cbc', '3des-cbc', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr'] as const)('%s, encrypt then MAC: damaged text, which ends the connection or is not understood; strictKex tells', async (cipher) => {
    const outcome = await through({ algorithms: { cipher, mac: ETM }, strict: false, attacked: true, undecided: true })
    if (typeof outcome === 'string') expect(outcome).toMatch(/^ERR_(LIBSSH2_|CONNECT_TIMEOUT)/)
    else expect(outcome).toEqual({ strictKex: false, extensions: [] })
  })
})

/** A relay that puts the IGNORE in front of the server's NEWKEYS. */
async function relay(server: SshServer): Promise<AsyncDisposable & { readonly port: number }> {
  const relaying = createServer((client) => {
    const upstream = connectSocket(server.port, server.host)
    let seen = Buffer.alloc(0), done = false
    client.on('error', () => {}).on('close', () => upstream.destroy()).pipe(upstream)
    upstream.on('error', () => {}).on('close', () => client.end()).on('data', (chunk: Buffer) => {
      const before = seen.length
      seen = done ? seen : Buffer.concat([seen, chunk])
      const at = done ? undefined : newKeysAt(seen)
      if (at === undefined) return void client.write(chunk)
      done = true
      client.write(Buffer.concat([chunk.subarray(0, at - before), IGNORE, chunk.subarray(at - before)]))
    })
  })
  await new Promise<void>((listening) => relaying.listen(0, '127.0.0.1', listening))
  return { port: (relaying.address() as AddressInfo).port, [Symbol.asyncDispose]: () => new Promise((closed) => { relaying.close(() => closed()) }) }
}

/** Where the packet with NEWKEYS begins. */
function newKeysAt(bytes: Buffer): number | undefined {
  let at = bytes.indexOf('\n') + 1
  if (at === 0) return undefined
  while (at + 6 <= bytes.length) {
    if (bytes[at + 5] === SSH_MSG.NEWKEYS) return at
    at += 4 + bytes.readUInt32BE(at)
  }
  return undefined
}

describe('real servers', { timeout: LONGEST }, () => {
  test.runIf(requirePeer('sshd'))('OpenSSH is strict, and a man in the middle is noticed', async () => {
    await using server = await startSshd()
    await using client = await clientOf(server, { requireStrictKex: true })
    expect(client.algorithms.strictKex).toBe(true)
    for (const cipher of ['chacha20-poly1305@openssh.com', 'aes256-gcm@openssh.com', 'aes256-ctr']) {
      await using middle = await relay(server)
      await expect(clientOf(server, { port: middle.port, algorithms: { cipher: [cipher] } })).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_LIBSSH2_(SOCKET_DISCONNECT|PROTO)$/) })
    }
  })
  test.runIf(requirePeer('paramiko'))('Paramiko 2.12 is not', async () => {
    await using server = await startParamiko()
    await using client = await clientOf(server)
    expect(client.algorithms.strictKex).toBe(false)
    await expect(clientOf(server, { requireStrictKex: true })).rejects.toMatchObject({ name: 'SSHError', code: 'ERR_NOT_STRICT_KEX' })
  })
  test.runIf(requirePeer('go'))('golang x/crypto: as it says of itself', async () => {
    await using server = await startGoServer()
    await using client = await clientOf(server)
    const { strictKex } = client.algorithms
    const required = clientOf(server, { requireStrictKex: true })
    if (!strictKex) return await expect(required).rejects.toMatchObject({ code: 'ERR_NOT_STRICT_KEX' })
    await using again = await required
    expect(again.algorithms.strictKex).toBe(true)
  })
})
