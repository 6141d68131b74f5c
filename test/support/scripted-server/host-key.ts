import { generateKeyPairSync, sign } from 'node:crypto'
import { WireWriter } from '../../../src/wire-format/writer.ts'

/** What signs key exchanges. */
export interface SigningKey {
  readonly algorithm: string
  /** The public key blob. */
  readonly blob: Uint8Array
  /** The signature blob over `data`. */
  sign(data: Uint8Array): Uint8Array | Promise<Uint8Array>
}

export type HostKeyAlgorithm = 'ecdsa-sha2-nistp256' | 'ssh-ed25519'

/** A host key, new for each server: `ecdsa-sha2-nistp256` (RFC 5656), or `ssh-ed25519` (RFC 8709), which clients verify much faster. */
export class HostKey implements SigningKey {
  readonly algorithm: HostKeyAlgorithm
  readonly #pair
  /** The public key blob. */
  readonly blob: Uint8Array

  constructor(algorithm: HostKeyAlgorithm = 'ecdsa-sha2-nistp256') {
    this.algorithm = algorithm
    this.#pair = algorithm === 'ssh-ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { x = '', y = '' } = this.#pair.publicKey.export({ format: 'jwk' })
    const numbers = [x, y].map((number) => Buffer.from(number, 'base64url'))
    const writer = new WireWriter().string(algorithm)
    this.blob = (algorithm === 'ssh-ed25519' ? writer.string(numbers[0]!) : writer.string('nistp256').string(Buffer.concat([Buffer.of(4), ...numbers]))).finish()
  }

  /** The signature blob over `data`. */
  sign(data: Uint8Array): Uint8Array {
    const writer = new WireWriter().string(this.algorithm)
    if (this.algorithm === 'ssh-ed25519') return writer.string(sign(null, data, this.#pair.privateKey)).finish()
    const raw = sign('sha256', data, { key: this.#pair.privateKey, dsaEncoding: 'ieee-p1363' })
    return writer.string(new WireWriter().mpint(raw.subarray(0, 32)).mpint(raw.subarray(32)).finish()).finish()
  }
}
