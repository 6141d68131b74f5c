import { text } from '../errors/arguments.ts'
import { binaryOf } from '../wire-format/bytes-of.ts'
import type { Bytes } from '../wire-format/bytes.ts'
import { unsupported } from './key-error.ts'
import { plainName, signatureAlgorithms } from './key-types.ts'
import { wipePrivate } from './private-fields.ts'
import type { PrivateFields } from './private-numbers.ts'
import { signsAtOnce } from './signers/at-once.ts'
import { signWithFields } from './signers/private-key-signing.ts'
import { keyBits, typeOf, writePublicKey } from './public-key-blob.ts'
import type { Signer } from './signers/signer.ts'

/** A private key in memory, parsed or generated, that signs by itself. Make one with `parsePrivateKey` or `generateKeyPair`. */
export class PrivateKey implements Signer {
  /** E.g. `ssh-ed25519`, `ssh-rsa`. */
  readonly type: string
  /** SSH public key blob (RFC 4253 section 6.6). */
  readonly publicKey: Bytes
  readonly comment: string
  /** Size as shown by `ssh-keygen -l`. */
  readonly bits: number
  readonly algorithms: readonly string[]
  readonly #fields: PrivateFields
  #wiped = false

  /** Takes over the numbers, which `wipe` zeroes. */
  constructor(fields: PrivateFields, comment: string) {
    this.#fields = fields
    this.type = typeOf(fields.public)
    this.publicKey = writePublicKey(fields.public)
    this.bits = keyBits(fields.public)
    this.comment = comment
    this.algorithms = signatureAlgorithms(this.type)
    if (fields.kind === 'ed25519' || fields.kind === 'ecdsa') signsAtOnce.add(this)
  }

  /** Signs `data`. Returns the whole signature blob (RFC 4253 section 6.6). @param algorithm one of `algorithms`, or its certificate name */
  async sign(data: Uint8Array, algorithm: string): Promise<Uint8Array> {
    const name = plainName(text(algorithm, 'algorithm'))
    if (!this.algorithms.includes(name)) throw unsupported(`a key of type ${this.type} cannot make that signature`)
    return signWithFields(PrivateKey.fieldsOf(this), binaryOf(data), name)
  }

  /** Zeroes the secret numbers. Signing fails afterwards. */
  wipe(): void {
    wipePrivate(this.#fields)
    this.#wiped = true
  }

  /** The numbers, for writers of key formats and for agents. @internal */
  static fieldsOf(key: PrivateKey): PrivateFields {
    if (!(key instanceof PrivateKey)) throw new TypeError('key must be a PrivateKey')
    if (key.#wiped) throw unsupported('the private key was wiped')
    return key.#fields
  }
}
