import { LONG_TEXT, became, copy, equal, hex, refuses } from './check-tools.ts'
import type { HostCrypto, PacketCipher } from '../../runtime/host-crypto.ts'

interface Vector {
  readonly key: string
  readonly sealed: string
  readonly tag: string
  /** The tag of `LONG_TEXT`. */
  readonly long: string
}

const PLAIN = hex('d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39')
const ASSOCIATED = hex('feedfacedeadbeeffeedfacedeadbeefabaddad2')
const NONCE = 'cafebabefacedbaddecaf888'

/**
 * Test cases 4 and 16 of McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)": 60 bytes of text, 20 of associated data. The tags of the
 * long text are those on which `node:crypto` (OpenSSL) and @noble/ciphers agree.
 */
const VECTORS: readonly Vector[] = [
  {
    key: 'feffe9928665731c6d6a8f9467308308', tag: '5bc94fbc3221a5db94fae95ae7121a47', long: '3636bdea16ec46f35b8b3ac3e738f9f5',
    sealed: '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091',
  },
  {
    key: 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308', tag: '76fc6ece0f4e1768cddf8853bb2d551b', long: 'da4c39a609d298b32d70ded10c181e82',
    sealed: '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662',
  },
]

/** The associated data of a packet with `LONG_TEXT`. */
const LENGTH_FIELD = hex('00001040')

/** AES-GCM of whole packets, one key for many of them, and everything that must be rejected. */
export function gcmIsSound(crypto: HostCrypto): boolean {
  const keys = VECTORS.map(({ key }) => crypto.aesGcm(hex(key)))
  const every = (works: (gcm: PacketCipher, vector: Vector) => boolean) => VECTORS.every((vector, at) => works(keys[at] as PacketCipher, vector))
  return every(published) && every((gcm, vector) => long(crypto, gcm, vector)) && every(refusesForgeries) && every(published)
}

/** Encrypting gives the expected text and tag, and decrypting gives the text again. */
function goesBothWays(gcm: PacketCipher, associated: Uint8Array, plain: Uint8Array, sealed: Uint8Array, tag: string): boolean {
  const [data, made] = [copy(plain), copy(new Uint8Array(16))]
  gcm.seal(hex(NONCE), associated, data, made)
  const right = became(data, sealed) && became(made, hex(tag)) && sealsApart(gcm, associated, plain, sealed, tag)
  const opened = gcm.opened(hex(NONCE), associated, data, made)
  const apart = equal(opened, plain) && opened.buffer !== data.buffer && became(data, sealed)
  gcm.open(hex(NONCE), associated, data, made)
  return right && apart && became(data, plain)
}

/** `sealed` does the same, in other memory. */
function sealsApart(gcm: PacketCipher, associated: Uint8Array, plain: Uint8Array, sealed: Uint8Array, tag: string): boolean {
  const data = copy(plain)
  const [ciphertext, mark] = gcm.sealed(hex(NONCE), associated, data)
  return equal(ciphertext, sealed) && equal(mark, hex(tag)) && ciphertext.buffer !== data.buffer && became(data, plain)
}

const published = (gcm: PacketCipher, { sealed, tag }: Vector) => goesBothWays(gcm, ASSOCIATED, PLAIN, hex(sealed), tag)

function long(crypto: HostCrypto, gcm: PacketCipher, vector: Vector): boolean {
  // The text is that of counter mode, from 2 on (NIST SP 800-38D section 7.1).
  const counted = LONG_TEXT.slice()
  crypto.aesCtr(hex(vector.key), hex(`${NONCE}00000002`))(counted)
  return goesBothWays(gcm, LENGTH_FIELD, LONG_TEXT, counted, vector.long)
}

/** The changes: which part, and the positions in it at which a bit is flipped. */
const FORGED: readonly (readonly [part: number, places: readonly number[]])[] = [
  [0, [11]], [1, [0, 19]], [2, Array.from({ length: 16 }, (_, at) => at)], [3, [0, 16, 35, 59]],
]

/** A wrong nonce, wrong associated data, a wrong byte at any position of the tag, wrong text at its ends and in the middle. Rejected data stays unchanged. */
function refusesForgeries(gcm: PacketCipher, { sealed, tag }: Vector): boolean {
  const right = [hex(NONCE), ASSOCIATED, hex(tag), hex(sealed)]
  return FORGED.every(([part, places]) => places.every((place) => {
    const [nonce, associated, mark, text] = right.map(copy) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
    const changed = [nonce, associated, mark, text][part] as Uint8Array
    changed[place] = (changed[place] as number) ^ 1 << place % 8
    const before = text.slice()
    return refuses(() => gcm.opened(nonce, associated, text, mark)) && refuses(() => gcm.open(nonce, associated, text, mark)) && became(text, before)
  }))
}
