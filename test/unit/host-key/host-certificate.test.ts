import { execFileSync } from 'node:child_process'
import { createPrivateKey, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { verifyHostCertificate } from '../../../src/host-key/host-certificate.ts'
import { knownHosts } from '../../../src/host-key/known-hosts/known-hosts.ts'
import { parseCertificate } from '../../../src/keys/certificate.ts'
import { WireReader } from '../../../src/wire-format/reader.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'
import { keyPair } from '../../support/key-pairs.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { authorityKey, bare, blob, certify, KEY_TYPES, newKey } from './ssh-keygen.ts'

const directory = temporaryDirectory('certificate')
afterAll(() => directory.remove())

const check = async (line: string, host = 'host.example', now?: Date) => verifyHostCertificate(parseCertificate(blob(line)), host, now)
const refused = (reason: RegExp) => ({ name: 'HostKeyError', code: 'ERR_HOST_KEY_CERTIFICATE', message: expect.stringMatching(reason) as unknown })

describe('certificates of ssh-keygen -s are verified', () => {
  for (const authority of KEY_TYPES) {
    test.each(KEY_TYPES)(`%s by ${authority}`, async (type) => {
      await check(await certify(directory, type, authority, ['-h', '-n', 'host.example']))
    })
  }

  test('RSA with SHA-256', async () => check(await certify(directory, 'ed25519', 'rsa', ['-h', '-n', 'host.example', '-t', 'rsa-sha2-256'])))

  test('RSA with SHA-1 is refused', async () => {
    await expect(check(await certify(directory, 'ed25519', 'rsa', ['-h', '-n', 'host.example', '-t', 'ssh-rsa']))).rejects.toMatchObject(refused(/signature/))
  })

  test.each([[1024, false], [2047, false], [2048, true]])('an authority with an RSA key of %d bits: %s', async (bits, accepted) => {
    const authority = directory.file(`authority-${bits}`), host = directory.file(`host-${bits}`)
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', String(bits), '-N', '', '-f', authority])
    newKey(directory, `host-${bits}`)
    execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'id', '-h', '-n', 'host.example', `${host}.pub`])
    const verdict = check(bare(readFileSync(`${host}-cert.pub`, 'utf8')))
    if (accepted) await verdict
    else await expect(verdict).rejects.toMatchObject(refused(/fewer than 2048 bits/))
  })
})

describe('by another library, in runtimes that lack the algorithm', () => {
  test.each(KEY_TYPES.filter((type) => type !== 'rsa'))('%s', async (authority) => {
    const line = await certify(directory, 'ed25519', authority, ['-h', '-n', 'host.example'])
    const verifiedByWebCrypto = vi.spyOn(crypto.subtle, 'verify')
    const missing = vi.spyOn(crypto.subtle, 'importKey').mockRejectedValue(new DOMException('', 'NotSupportedError'))
    try {
      await check(line)
      await expect(verifyHostCertificate(forged(line), 'host.example')).rejects.toMatchObject(refused(/signature/))
      expect(missing).toHaveBeenCalled()
      expect(verifiedByWebCrypto).not.toHaveBeenCalled()
    } finally {
      missing.mockRestore()
      verifiedByWebCrypto.mockRestore()
    }
  })
})

function forged(line: string) {
  const certificate = parseCertificate(blob(line))
  const signedBytes = certificate.signedBytes.slice()
  signedBytes[signedBytes.length - 20]! ^= 1
  return { ...certificate, signedBytes }
}

describe('forged signatures are refused', () => {
  test.each(KEY_TYPES)('%s', async (authority) => {
    const line = await certify(directory, 'ecdsa', authority, ['-h', '-n', 'host.example'])
    await expect(verifyHostCertificate(forged(line), 'host.example')).rejects.toMatchObject(refused(/signature/))
  })

  test('every changed byte of the certificate is noticed', async () => {
    const original = blob(await certify(directory, 'ed25519', 'ed25519', ['-h', '-n', 'host.example']))
    for (let i = 0; i < original.length; i++) {
      const changed = original.slice()
      changed[i]! ^= 0x20
      await expect((async () => verifyHostCertificate(parseCertificate(changed), 'host.example'))(), `byte ${i}`).rejects.toThrow()
    }
  })

  test('by a key of another type than the signature says', async () => {
    const certificate = parseCertificate(blob(await certify(directory, 'ed25519', 'ed25519', ['-h', '-n', 'host.example'])))
    const signature = new WireWriter().string('ssh-ed448').string(new WireReader(certificate.signature.subarray(4 + 'ssh-ed25519'.length)).string()).finish()
    await expect(verifyHostCertificate({ ...certificate, signature }, 'host.example')).rejects.toMatchObject(refused(/signature/))
  })
})

describe('what a certificate says is obeyed', () => {
  const make = (...args: string[]) => certify(directory, 'ed25519', 'ed25519', args)

  test('user certificates are not for hosts', async () => {
    await expect(check(await make('-n', 'host.example'))).rejects.toMatchObject(refused(/user certificate/))
  })

  test('principals', async () => {
    const line = await make('-h', '-n', 'a.example,host.example')
    await check(line, 'HOST.Example')
    await expect(check(line, 'b.example')).rejects.toMatchObject(refused(/not for the host b\.example/))
    await expect(check(line, 'example')).rejects.toMatchObject(refused(/not for the host/))
  })

  test('principals with wildcards', async () => {
    const line = await make('-h', '-n', '*.example,n?de')
    await check(line, 'deep.host.example')
    await check(line, 'node')
    await expect(check(line, 'example')).rejects.toMatchObject(refused(/not for the host/))
  })

  test('no principals: for no host', async () => {
    await expect(check(await make('-h'))).rejects.toMatchObject(refused(/names no hosts/))
  })

  test('expired, and not yet valid', async () => {
    await expect(check(await make('-h', '-n', 'host.example', '-V', '20010101Z:20020101Z'))).rejects.toMatchObject(refused(/expired at 2002-01-01T00:00:00/))
    await expect(check(await make('-h', '-n', 'host.example', '-V', '20400101Z:20410101Z'))).rejects.toMatchObject(refused(/not valid before 2040-01-01T00:00:00/))
  })

  test('the first second counts, the last does not', async () => {
    const line = await make('-h', '-n', 'host.example', '-V', '20300101000000Z:20300102000000Z')
    await check(line, 'host.example', new Date('2030-01-01T00:00:00Z'))
    await check(line, 'host.example', new Date('2030-01-01T23:59:59.999Z'))
    await expect(check(line, 'host.example', new Date('2029-12-31T23:59:59.999Z'))).rejects.toMatchObject(refused(/not valid before/))
    await expect(check(line, 'host.example', new Date('2030-01-02T00:00:00Z'))).rejects.toMatchObject(refused(/expired/))
  })

  test('critical options', async () => {
    await expect(check(await make('-h', '-n', 'host.example', '-O', 'critical:x@example=1'))).rejects.toMatchObject(refused(/critical options/))
    await check(await make('-h', '-n', 'host.example', '-O', 'extension:x@example=1'))
  })
})

describe('an authority that is a security key', () => {
  /** Node's own crypto stands for the token: there is none in a test. */
  async function signedByToken(flags: number): Promise<ReturnType<typeof parseCertificate>> {
    const line = await certify(directory, 'ed25519', 'ed25519', ['-h', '-n', 'host.example'])
    const certificate = parseCertificate(blob(line))
    const pair = await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify']) as CryptoKeyPair
    const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
    const sha256 = async (bytes: Uint8Array<ArrayBuffer>) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    const tail = new WireWriter().byte(flags).uint32(7).finish()
    const toSign = Buffer.concat([await sha256(new TextEncoder().encode('ssh:')), tail, await sha256(certificate.signedBytes)])
    const key = createPrivateKey({ key: Buffer.from(await crypto.subtle.exportKey('pkcs8', pair.privateKey)), format: 'der', type: 'pkcs8' })
    const signatureKey = new WireWriter().string('sk-ssh-ed25519@openssh.com').string(raw).string('ssh:').finish()
    const signature = new WireWriter().string('sk-ssh-ed25519@openssh.com').string(sign(null, toSign, key)).bytes(tail).finish()
    return { ...certificate, signatureKey, signature }
  }

  test('signs when a person was present', async () => verifyHostCertificate(await signedByToken(1), 'host.example'))
  test('is refused when nobody was', async () => {
    await expect(verifyHostCertificate(await signedByToken(0), 'host.example')).rejects.toMatchObject(refused(/signature/))
  })
})

describe('@cert-authority lines of knownHosts', () => {
  let line: string, authority: string, host: string
  beforeAll(async () => {
    line = await certify(directory, 'ed25519', 'ecdsa', ['-h', '-n', 'host.example'])
    authority = bare((await authorityKey('ecdsa')).publicKey)
    host = bare((await keyPair('ed25519', 'host')).publicKey)
  })
  const verify = async (text: string, certificate = line, name = 'host.example', port = 22) =>
    knownHosts(text).verify({ host: name, port, key: blob(certificate), algorithm: 'ssh-ed25519-cert-v01@openssh.com' })

  test('make certificates acceptable, for their hosts only', async () => {
    await verify(`@cert-authority *.example ${authority}`)
    await expect(verify(`@cert-authority *.other ${authority}`)).rejects.toMatchObject({ code: 'ERR_HOST_KEY_UNKNOWN' })
    await expect(verify(`host.example ${authority}`)).rejects.toMatchObject({ code: 'ERR_HOST_KEY_CHANGED' })
  })

  test('are found without the port too', async () => {
    await verify(`@cert-authority host.example ${authority}`, line, 'host.example', 2222)
    await verify(`@cert-authority [host.example]:2222 ${authority}`, line, 'host.example', 2222)
  })

  test('of another authority do not help, the plain key does', async () => {
    const other = newKey(directory, 'other')
    await expect(verify(`@cert-authority * ${other}`)).rejects.toMatchObject({ code: 'ERR_HOST_KEY_UNKNOWN' })
    await verify(`@cert-authority * ${other}\nhost.example ${host}`)
  })

  test('do not accept an expired certificate, the plain key does', async () => {
    const expired = await certify(directory, 'ed25519', 'ecdsa', ['-h', '-n', 'host.example', '-V', '20010101Z:20020101Z'])
    await expect(verify(`@cert-authority * ${authority}`, expired)).rejects.toMatchObject({ code: 'ERR_HOST_KEY_CERTIFICATE', received: (await keyPair('ed25519', 'host')).fingerprint })
    await verify(`@cert-authority * ${authority}\nhost.example ${host}`, expired)
  })

  test('do not help a revoked authority or a revoked key', async () => {
    await expect(verify(`@cert-authority * ${authority}\n@revoked * ${authority}`)).rejects.toMatchObject({ code: 'ERR_HOST_KEY_REVOKED' })
    await expect(verify(`@cert-authority * ${authority}\n@revoked * ${host}\nhost.example ${host}`)).rejects.toMatchObject({ code: 'ERR_HOST_KEY_REVOKED' })
  })

  test('do not accept plain keys', async () => {
    await expect(verify(`@cert-authority * ${host}`, host)).rejects.toMatchObject({ code: 'ERR_HOST_KEY_UNKNOWN' })
  })
})
