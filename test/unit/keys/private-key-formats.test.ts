import { createPrivateKey, createPublicKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { KeyError } from '../../../src/errors/ssh-error.ts'
import { parsePrivateKey } from '../../../src/keys/files/parse-private-key.ts'
import type { PrivateKey } from '../../../src/keys/private-key.ts'
import { keyPair } from '../../support/key-pairs.ts'
import { requirePeer } from '../../support/require-peer.ts'
import { nodeVerifies, opensshVerifies, publicBlobOf, string } from './independent-verifier.ts'
import { inFolder, KEY_TYPES, PASSPHRASE, pkcs8, rewritten, run, throughOpenssl, throughPuttygen } from './key-files.ts'

const data = Buffer.from('what is signed')

/** The public key of a `.pub` file, and that every algorithm of the key makes a signature that others verify. */
async function isKey(key: PrivateKey, line: string): Promise<void> {
  expect(Buffer.from(key.publicKey).toString('base64')).toBe(line.split(' ')[1])
  for (const algorithm of key.algorithms) expect(nodeVerifies(key.publicKey, await key.sign(data, algorithm), data), algorithm).toBe(true)
}

async function code(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(KeyError)
  return (error as KeyError).code
}

async function needsPassphrase(text: string): Promise<void> {
  expect(await code(parsePrivateKey(text))).toBe('ERR_KEY_PASSPHRASE_REQUIRED')
  expect(await code(parsePrivateKey(text, { passphrase: 'wrong' }))).toBe('ERR_KEY_PASSPHRASE_WRONG')
}

describe.runIf(requirePeer('sshd')).each(KEY_TYPES)('ssh-keygen, %s', (type) => {
  it('OpenSSH format', async () => {
    const pair = await keyPair(type, 'user')
    const key = await parsePrivateKey(pair.privateKey)
    await isKey(key, pair.publicKey)
    // Once for each type: what a signature looks like does not depend on the file that had the key.
    expect(await opensshVerifies(key, key.algorithms[0]!, pair.publicKey)).toBe(true)
    expect(key.comment).toBe(`user_${type}@test`)
    await isKey(await parsePrivateKey(Buffer.from(pair.privateKey.replaceAll('\n', '\r\n'))), pair.publicKey)
  })

  it.each(['aes256-ctr', 'aes192-ctr', 'aes128-ctr', 'aes256-cbc', 'aes192-cbc', 'aes128-cbc', 'aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com'])('OpenSSH format, %s', async (cipher) => {
    const text = await rewritten(type, ['-a', '2', '-Z', cipher], PASSPHRASE)
    await isKey(await parsePrivateKey(text, { passphrase: PASSPHRASE }), (await keyPair(type, 'user')).publicKey)
    await needsPassphrase(text)
  })

  it.each(type === 'ed25519' ? [] : [['PEM', ''], ['PEM', PASSPHRASE], ['PKCS8', ''], ['PKCS8', PASSPHRASE]])('-m %s, passphrase "%s"', async (format, passphrase) => {
    const text = await rewritten(type, ['-m', format], passphrase)
    await isKey(await parsePrivateKey(text, { passphrase }), (await keyPair(type, 'user')).publicKey)
    if (passphrase !== '') await needsPassphrase(text)
  })
})

describe.runIf(requirePeer('openssl') && requirePeer('sshd')).each(KEY_TYPES)('openssl, %s', (type) => {
  const line = async () => {
    const blob = publicBlobOf(createPublicKey(createPrivateKey((await pkcs8(type)).plainPkcs8)))
    return `${blob.subarray(4, 4 + blob.readUInt32BE()).toString()} ${blob.toString('base64')}`
  }
  const opensAs = async (text: string) => {
    await isKey(await parsePrivateKey(text, { passphrase: PASSPHRASE }), await line())
    await needsPassphrase(text)
  }

  it('PKCS#8, not encrypted', async () => {
    await isKey(await parsePrivateKey((await pkcs8(type)).plainPkcs8), await line())
  })

  it.each([
    ['-v2', 'aes-128-cbc'], ['-v2', 'aes-192-cbc'], ['-v2', 'aes-256-cbc'], ['-v2', 'des3'], ['-scrypt'], ['-v2', 'aes-256-cbc', '-iter', '100000'],
    ['-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA1'], ['-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA384'], ['-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA512'],
  ])('PKCS#8, %s %s %s %s', async (...flags) => {
    await opensAs(await throughOpenssl(type, ['pkcs8', '-topk8', ...flags.filter(Boolean)], true))
  })

  const command = type === 'rsa' ? ['rsa', '-traditional'] : ['ec']
  if (type !== 'ed25519') it('traditional PEM, not encrypted', async () => {
    const text = await throughOpenssl(type, command)
    expect(text).toMatch(/BEGIN (RSA|EC) PRIVATE KEY/)
    await isKey(await parsePrivateKey(text), await line())
  })
  it.each(type === 'ed25519' ? [] : ['aes128', 'aes192', 'aes256', 'des3'])('traditional PEM, %s', async (cipher) => {
    const text = await throughOpenssl(type, [...command, `-${cipher}`], true)
    expect(text).toContain('Proc-Type: 4,ENCRYPTED')
    await opensAs(text)
  })

  if (type.startsWith('ecdsa')) it('SEC1 without its public key, after its parameters, or compressed', async () => {
    const noPublic = await throughOpenssl(type, ['ec', '-no_public'])
    const parameters = `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n`
    await isKey(await parsePrivateKey(parameters + noPublic), await line())
    await isKey(await parsePrivateKey(await throughOpenssl(type, ['ec', '-conv_form', 'compressed'])), await line())
  })
})

describe.runIf(requirePeer('puttygen') && requirePeer('sshd')).each(KEY_TYPES)('puttygen, %s', (type) => {
  it.each(['version=2', 'version=3'])('%s, not encrypted', async (version) => {
    const pair = await keyPair(type, 'user')
    const key = await parsePrivateKey((await throughPuttygen(type, version)).replaceAll('\n', '\r\n'))
    await isKey(key, pair.publicKey)
    expect(key.comment).toBe(`user_${type}@test`)
  })
  it.each(['version=2', 'version=3,kdf=argon2id,memory=256,passes=3,parallelism=2', 'version=3,kdf=argon2i,memory=64,passes=2', 'version=3,kdf=argon2d,memory=64,passes=2'])('%s, encrypted', async (parameters) => {
    const text = await throughPuttygen(type, parameters, PASSPHRASE)
    expect(text).toContain('Encryption: aes256-cbc')
    await isKey(await parsePrivateKey(text, { passphrase: PASSPHRASE }), (await keyPair(type, 'user')).publicKey)
    await needsPassphrase(text)
  })
})

it.runIf(requirePeer('openssl'))('PKCS#8 of Ed25519 with its public key (RFC 8410), which must be the right one', async () => {
  const node = createPrivateKey((await pkcs8('ed25519')).plainPkcs8)
  const publicKey = createPublicKey(node).export({ format: 'der', type: 'spki' }).subarray(-32)
  const withPublic = (key: Buffer) => `-----BEGIN PRIVATE KEY-----\n${Buffer.concat([Buffer.from('3051020101', 'hex'), node.export({ format: 'der', type: 'pkcs8' }).subarray(5), Buffer.from('812100', 'hex'), key]).toString('base64')}\n-----END PRIVATE KEY-----`
  expect(Buffer.from((await parsePrivateKey(withPublic(publicKey))).publicKey)).toEqual(publicBlobOf(createPublicKey(node)))
  expect(await code(parsePrivateKey(withPublic(Buffer.alloc(32, 7))))).toBe('ERR_KEY_FORMAT')
})

describe('RSA of few bits, and other keys that are refused', () => {
  it.runIf(requirePeer('openssl'))('1024 bits only when asked', async () => {
    const text = run('openssl', ['genrsa', '1024'])
    expect(await code(parsePrivateKey(text))).toBe('ERR_KEY_UNSUPPORTED')
    expect((await parsePrivateKey(text, { minimumRsaBits: 1024 })).bits).toBe(1024)
  })
  it.runIf(requirePeer('openssl')).each([['genpkey', '-algorithm', 'ed448'], ['genpkey', '-algorithm', 'x25519'], ['ecparam', '-name', 'secp256k1', '-genkey', '-noout'], ['genpkey', '-algorithm', 'rsa', '-pkeyopt', 'rsa_keygen_primes:3', '-pkeyopt', 'rsa_keygen_bits:3072'], ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-param_enc', 'explicit']])('openssl %s %s %s', async (...args) => {
    expect(await code(parsePrivateKey(run('openssl', args)))).toBe('ERR_KEY_UNSUPPORTED')
  })
  it('files that only point to a security key', async () => {
    const publicKey = Buffer.concat(['sk-ssh-ed25519@openssh.com', Buffer.alloc(32, 1), 'ssh:'].map(string))
    const section = Buffer.concat([Buffer.alloc(8), publicKey, Buffer.of(1), string('handle'), string(''), string('comment')])
    const padded = Buffer.concat([section, Buffer.from([1, 2, 3, 4, 5, 6, 7]).subarray(0, (8 - section.length % 8) % 8)])
    const file = Buffer.concat([Buffer.from('openssh-key-v1\0'), ...['none', 'none', ''].map(string), Buffer.of(0, 0, 0, 1), string(publicKey), string(padded)])
    const text = `-----BEGIN OPENSSH PRIVATE KEY-----\n${file.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`
    expect(await code(parsePrivateKey(text))).toBe('ERR_KEY_UNSUPPORTED')
    await expect(parsePrivateKey(text)).rejects.toThrow('through an agent')
  })
  it.runIf(requirePeer('sshd'))('DSA, and public keys', async () => {
    const { dsa, pub } = inFolder((file) => {
      run('ssh-keygen', ['-q', '-t', 'dsa', '-N', '', '-f', file('key')])
      return { dsa: run('cat', [file('key')]), pub: run('cat', [file('key.pub')]) }
    })
    expect(await code(parsePrivateKey(dsa))).toBe('ERR_KEY_UNSUPPORTED')
    await expect(parsePrivateKey(pub)).rejects.toThrow('this is a public key')
  })
})
