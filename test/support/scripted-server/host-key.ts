import { generateKeyPairSync, sign } from 'node:crypto'
import { WireWriter } from '../../../src/wire-format/writer.ts'

/** An `ecdsa-sha2-nistp256` host key (RFC 5656), new for each server. */
export class HostKey {
  readonly #pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  /** The public key blob. */
  readonly blob: Uint8Array

  constructor() {
    const { x, y } = this.#pair.publicKey.export({ format: 'jwk' })
    const point = Buffer.concat([Buffer.of(4), Buffer.from(x as string, 'base64url'), Buffer.from(y as string, 'base64url')])
    this.blob = new WireWriter().string('ecdsa-sha2-nistp256').string('nistp256').string(point).finish()
  }

  /** The signature blob over `data`. */
  sign(data: Uint8Array): Uint8Array {
    const raw = sign('sha256', data, { key: this.#pair.privateKey, dsaEncoding: 'ieee-p1363' })
    const numbers = new WireWriter().mpint(raw.subarray(0, 32)).mpint(raw.subarray(32)).finish()
    return new WireWriter().string('ecdsa-sha2-nistp256').string(numbers).finish()
  }
}
