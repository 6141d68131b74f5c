import { execFileSync } from 'node:child_process'
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { temporaryDirectory } from '../../support/temporary.ts'

/** Verifiers that share no code with src: OpenSSH's own, and node:crypto. */

interface Signs { readonly publicKey: Uint8Array, sign(data: Uint8Array, algorithm: string): Promise<Uint8Array> }

/** Lets a signer make a signature in the format of PROTOCOL.sshsig and OpenSSH check it; `publicKey` is the key that may sign, as a line. */
export async function opensshVerifies(signer: Signs, algorithm: string, publicKey: string): Promise<boolean> {
  const folder = temporaryDirectory('sshsig')
  try {
    const message = Buffer.from('a message\n')
    const toSign = Buffer.concat([Buffer.from('SSHSIG'), ...['test', '', 'sha512'].map(string), string(createHash('sha512').update(message).digest())])
    const signature = Buffer.from(await signer.sign(toSign, algorithm))
    const version = Buffer.from([0, 0, 0, 1])
    const file = Buffer.concat([Buffer.from('SSHSIG'), version, string(signer.publicKey), ...['test', '', 'sha512'].map(string), string(signature)])
    writeFileSync(folder.file('signature'), `-----BEGIN SSH SIGNATURE-----\n${file.toString('base64').replace(/.{70}/g, '$&\n')}\n-----END SSH SIGNATURE-----\n`)
    writeFileSync(folder.file('allowed'), `me ${publicKey}\n`)
    execFileSync('ssh-keygen', ['-Y', 'verify', '-f', folder.file('allowed'), '-I', 'me', '-n', 'test', '-s', folder.file('signature')], { input: message, stdio: 'pipe' })
    return true
  } catch (error) {
    if ((error as { status?: number }).status === 255) return false
    throw error
  } finally {
    folder.remove()
  }
}

/** Verifies a whole SSH signature blob of a plain key with node:crypto. */
export function nodeVerifies(publicBlob: Uint8Array, signatureBlob: Uint8Array, data: Uint8Array): boolean {
  const [algorithm, signature] = strings(signatureBlob) as [Buffer, Buffer]
  const key = publicKeyObject(publicBlob)
  switch (algorithm.toString()) {
    case 'ssh-ed25519': return verify(null, data, key, signature)
    case 'ssh-rsa': return verify('sha1', data, key, signature)
    case 'rsa-sha2-256': return verify('sha256', data, key, signature)
    case 'rsa-sha2-512': return verify('sha512', data, key, signature)
    default: {
      const bits = Number(/nistp(\d+)$/.exec(algorithm.toString())?.[1])
      const size = Math.ceil(bits / 8)
      const numbers = strings(signature).map((number) => Buffer.concat([Buffer.alloc(size), number]).subarray(-size))
      const hash = { 256: 'sha256', 384: 'sha384', 521: 'sha512' }[bits] as string
      return verify(hash, data, { key, dsaEncoding: 'ieee-p1363' }, Buffer.concat(numbers))
    }
  }
}

/** A public key blob as node's own kind of key. */
export function publicKeyObject(blob: Uint8Array): KeyObject {
  const [type, second, third] = strings(blob) as [Buffer, Buffer, Buffer]
  const url = (bytes: Buffer) => bytes.toString('base64url')
  if (type.toString() === 'ssh-rsa') return createPublicKey({ format: 'jwk', key: { kty: 'RSA', e: url(second), n: url(third) } })
  if (type.toString() === 'ssh-ed25519') return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: url(second) } })
  const size = (third.length - 1) / 2
  const crv = second.toString().replace('nistp', 'P-')
  return createPublicKey({ format: 'jwk', key: { kty: 'EC', crv, x: url(third.subarray(1, 1 + size)), y: url(third.subarray(1 + size)) } })
}

/** The opposite: node's key as a public key blob. */
export function publicBlobOf(key: KeyObject): Buffer {
  const jwk = key.export({ format: 'jwk' })
  const bytes = (text: string | undefined) => Buffer.from(text as string, 'base64url')
  if (jwk.kty === 'RSA') return Buffer.concat([string('ssh-rsa'), mpint(bytes(jwk.e)), mpint(bytes(jwk.n))])
  if (jwk.kty === 'OKP') return Buffer.concat([string('ssh-ed25519'), string(bytes(jwk.x))])
  const curve = (jwk.crv as string).replace('P-', 'nistp')
  return Buffer.concat([string(`ecdsa-sha2-${curve}`), string(curve), string(Buffer.concat([Buffer.of(4), bytes(jwk.x), bytes(jwk.y)]))])
}

export function mpint(number: Uint8Array): Buffer {
  const digits = number.subarray(Math.max(0, number.findIndex((byte) => byte !== 0)))
  return string((digits[0] as number) >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits)
}

export function string(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content as Uint8Array)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

export function strings(blob: Uint8Array): Buffer[] {
  const bytes = Buffer.from(blob)
  const found: Buffer[] = []
  for (let offset = 0; offset < bytes.length;) {
    const length = bytes.readUInt32BE(offset)
    found.push(bytes.subarray(offset + 4, offset + 4 + length))
    offset += 4 + length
  }
  return found
}
