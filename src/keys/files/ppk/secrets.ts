import { type Bytes, concatBytes, encodeText } from '../../../wire-format/bytes.ts'
import { decodeHex } from '../../hex.ts'
import { ARGON2 } from '../ciphers/hashes.ts'
import { checkArgon2 } from '../ciphers/kdf-limits.ts'
import { digest } from '../../digest.ts'
import { type Steps, take } from '../../steps.ts'
import { malformed, passphraseRequired, unsupported } from '../../key-error.ts'
import type { PpkFile } from './file.ts'

/** The secrets derived from the passphrase of a PuTTY key file. `key` is empty if the file is not encrypted. */
export interface PpkSecrets { readonly key: Bytes, readonly iv: Bytes, readonly macKey: Bytes }

/** The passphrase is ignored if the file is not encrypted. */
export function* derivePpkSecrets(file: PpkFile, passphrase: Bytes | undefined): Steps<PpkSecrets> {
  const encrypted = file.encryption !== 'none'
  const derive = file.version === 2 ? deriveVersion2 : encrypted ? readDerivation(file) : noSecrets
  if (encrypted && passphrase === undefined) throw passphraseRequired()
  return yield* derive(encrypted ? passphrase : undefined)
}

type Derive = (passphrase: Bytes | undefined) => Steps<PpkSecrets>

const noSecrets: Derive = function* () {
  return { key: new Uint8Array(), iv: new Uint8Array(), macKey: new Uint8Array() }
}

/** SHA-1 once: weak, but what the files use. */
function* deriveVersion2(passphrase: Bytes | undefined): Steps<PpkSecrets> {
  const macKey = yield* sha1(encodeText('putty-private-key-file-mac-key'), passphrase ?? new Uint8Array())
  if (passphrase === undefined) return { key: new Uint8Array(), iv: new Uint8Array(), macKey }
  const halves = [yield* sha1(Uint8Array.of(0, 0, 0, 0), passphrase), yield* sha1(Uint8Array.of(0, 0, 0, 1), passphrase)]
  const key = concatBytes(...halves).slice(0, 32)
  for (const half of halves) half.fill(0)
  return { key, iv: new Uint8Array(16), macKey }
}

/** Checks the parameters before spending anything on them. */
function readDerivation(file: PpkFile): Derive {
  const parameter = (name: string) => file.derivation.get(name) ?? ''
  const [memory, passes, lanes] = ['Argon2-Memory', 'Argon2-Passes', 'Argon2-Parallelism'].map((name) => /^\d{1,10}$/.test(parameter(name)) ? Number(parameter(name)) : NaN) as [number, number, number]
  const salt = decodeHex(parameter('Argon2-Salt'))
  if (salt === undefined || salt.length < 8 || salt.length > 1024) throw malformed('the salt of the PuTTY key file is invalid')
  checkArgon2(memory, passes, lanes)
  const flavour = parameter('Key-Derivation')
  if (!['Argon2id', 'Argon2i', 'Argon2d'].includes(flavour)) throw unsupported('the key derivation of the PuTTY key file is not supported')
  return function* (passphrase) {
    const { argon2d, argon2dAsync, argon2i, argon2iAsync, argon2id, argon2idAsync } = yield* take(ARGON2)
    const [atOnce, inSlices] = flavour === 'Argon2id' ? [argon2id, argon2idAsync] : flavour === 'Argon2i' ? [argon2i, argon2iAsync] : [argon2d, argon2dAsync]
    const parameters = { m: memory, t: passes, p: lanes, dkLen: 80 }
    const derived = (yield* take({ later: () => inSlices(passphrase!, salt, parameters), now: () => atOnce(passphrase!, salt, parameters) })) as Bytes
    return { key: derived.subarray(0, 32), iv: derived.subarray(32, 48), macKey: derived.subarray(48) }
  }
}

function* sha1(...parts: readonly Uint8Array[]): Steps<Bytes> {
  const input = concatBytes(...parts)
  const hash = yield* take(digest('SHA-1', input))
  input.fill(0)
  return hash
}
