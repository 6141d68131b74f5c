// What SECURITY.md says about the C that is compiled, and about what is not.
import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { Session } from '../../../src/bindings/index.ts'
import { type AlgorithmKind, defaultAlgorithms, legacyAlgorithms } from '../../../src/client/algorithms.ts'
import {
  LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_HOSTKEY, LIBSSH2_METHOD_KEX, LIBSSH2_METHOD_MAC_CS,
} from '../../../src/ffi/constants.gen.ts'
import { attack } from '../../fixes/attack.ts'
import { serveHandshake, SSH_MSG } from '../../support/scripted-server.ts'

const root = new URL('../../../', import.meta.url)
const text = (path: string) => readFileSync(new URL(path, root), 'utf8')
/** The C files that a list in wasm/ has compiled. */
const compiled = (library: string) => text(`wasm/sources-${library}.txt`).split('\n').filter((line) => line && !line.startsWith('#')).map((line) => line.split(' ')[0]!.replace(/.*\//, ''))

test('neither files nor sockets nor parsers of keys are compiled in', () => {
  const module = new WebAssembly.Module(readFileSync(new URL('dist/libssh2.wasm', root)))
  const imports = WebAssembly.Module.imports(module).map(({ name }) => name)
  const exports = WebAssembly.Module.exports(module).map(({ name }) => name)
  // Of what the C library would do with files and sockets, these are left; each is answered by an error.
  const refused = { __syscall__newselect: 'ENOSYS', fd_close: 'noFile', fd_seek: 'noFile', fd_write: 'noFile' }
  const others = imports.filter((name) => !/^(host_\w+|emscripten_notify_memory_growth)$/.test(name))
  expect(others.sort()).toEqual(Object.keys(refused))
  for (const [name, answer] of Object.entries(refused)) expect(text('src/ffi/create-module.ts')).toMatch(new RegExp(`\\b${name}: (\\(\\) => )?${answer},`))
  expect(text('src/ffi/create-module.ts')).toMatch(/noFile = \(\) => EBADF$/m)
  expect(exports.filter((name) => /fromfile|readfile|writefile|socket|^_?libssh2_agent_|publickey_(add|list|remove)/i.test(name))).toEqual([])
  for (const file of ['pem.c', 'bcrypt_pbkdf.c', 'blowfish.c', 'agent.c', 'agent_win.c', 'publickey.c', 'hostkey.c', 'openssl.c', 'mbedtls.c', 'crypt.c', 'mac.c']) {
    expect(compiled('libssh2'), file).not.toContain(file)
  }
  expect(text('wasm/libssh2_config.h')).toMatch(/^#define LIBSSH2_NO_KEY_FILES\b/m)
})

/** Strong, but offered only by name; and the two names of extensions that stand beside the key exchanges. */
const BY_NAME: Partial<Record<AlgorithmKind, readonly string[]>> = {
  kex: ['ext-info-c', 'kex-strict-c-v00@openssh.com'],
  hostKey: ['ssh-mldsa44-ed25519', 'ssh-mldsa44-ed25519-cert', 'ssh-mldsa44-ed25519-cert-v01@openssh.com', 'ssh-mldsa44-ed25519@openssh.com'],
}

test('no algorithm is compiled in but those that policy allows', async () => {
  const kinds = [['kex', LIBSSH2_METHOD_KEX], ['hostKey', LIBSSH2_METHOD_HOSTKEY], ['cipher', LIBSSH2_METHOD_CRYPT_CS], ['mac', LIBSSH2_METHOD_MAC_CS]] as const
  const session = await Session.create({ readable: new ReadableStream(), writable: new WritableStream() })
  for (const [kind, method] of kinds) {
    const table = [...defaultAlgorithms(kind), ...legacyAlgorithms(kind)]
    const supported = session.supportedAlgs(method)
    expect(supported.filter((name) => !table.includes(name)).sort(), kind).toEqual(BY_NAME[kind] ?? [])
    // `connect` offers these without asking the module.
    expect(table.filter((name) => !supported.includes(name)), kind).toEqual([])
  }
  session.free()
  // 3DES is the one old cipher that policy allows by name.
  expect(compiled('mbedtls').filter((file) => /^(arc4|blowfish|camellia|aria|cast|chacha20|poly1305|gcm|ccm|ssl|net_sockets|entropy|ctr_drbg|pk|pem|psa)/.test(file))).toEqual([])
})

test('AES-CTR, AES-GCM and ChaCha20-Poly1305 have no tables that the data chooses from', () => {
  for (const file of ['crypto-aes.c', 'crypto-ghash.c', 'crypto-gcm.c', 'crypto-chacha20.c', 'crypto-chacha20-rounds.h', 'crypto-chachapoly.c', 'crypto-chachapoly-packet.c', 'crypto-poly1305.c']) {
    const code = text(`wasm/${file}`).replace(/\/\*[\s\S]*?\*\//g, '')
    // A table is a constant array: the four words of ChaCha20's constant are read in their order.
    const arrays = [...code.matchAll(/\bstatic const [\w ]+\[(\w*)\]/g)].filter((match) => Number(match[1]) !== 4)
    expect(arrays.map(([line]) => line), file).toEqual([])
    // mbedTLS's AES has tables; only the expansion of keys is used.
    expect([...code.matchAll(/\bmbedtls_aes_(\w+)/g)].map((match) => match[1]).filter((name) => !['context', 'init', 'free', 'setkey_enc'].includes(name!)), file).toEqual([])
  }
})

test('C has its random bytes from crypto.getRandomValues, and nothing without it', async () => {
  const real = crypto.getRandomValues.bind(crypto)
  const drawn: string[] = []
  const spy = vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => {
    real(array as Uint8Array<ArrayBuffer>)
    drawn.push(Buffer.from((array as unknown as Uint8Array).slice()).toString('hex'))
    return array
  })
  let cookie = ''
  try {
    await attack(async (connection) => {
      await serveHandshake(connection)
      cookie = Buffer.from(connection.received.find(([type]) => type === SSH_MSG.KEXINIT)!.subarray(1, 17)).toString('hex')
      await connection.receiveAll()
    }, (session) => session.complete(() => session.handshake()))
    expect(cookie).toMatch(/^[0-9a-f]{32}$/)
    expect(drawn.some((bytes) => bytes.includes(cookie)), cookie).toBe(true)
    spy.mockImplementation(() => { throw new Error('no randomness') })
    let code: unknown
    await attack(serveHandshake, async (session) => {
      code = await session.complete(() => session.handshake()).catch((error: unknown) => error)
    })
    expect(code).toMatchObject({ code: 'ERR_LIBSSH2_RANDGEN' })
  } finally {
    spy.mockRestore()
  }
})
