import { type Bytes, concatBytes, encodeText } from '../../../wire-format/bytes.ts'
import { decodeHex } from '../../hex.ts'
import { checkArgon2 } from '../ciphers/kdf-limits.ts'
import { malformed, passphraseRequired, unsupported } from '../../key-error.ts'
import type { PpkFile } from './file.ts'

/** What a passphrase becomes in a PuTTY key file. `key` is empty where the file is not encrypted. */
export interface PpkSecrets { readonly key: Bytes, readonly iv: Bytes, readonly macKey: Bytes }

/** The passphrase is not looked at where the file is not encrypted. */
export async function derivePpkSecrets(file: PpkFile, passphrase: Bytes | undefined): Promise<PpkSecrets> {
  const encrypted = file.encryption !== 'none'
  const derive = file.version === 2 ? deriveVersion2 : encrypted ? readDerivation(file) : noSecrets
  if (encrypted && passphrase === undefined) throw passphraseRequired()
  return derive(encrypted ? passphrase : undefined)
}

type Derive = (passphrase: Bytes | undefined) => Promise<PpkSecrets>

const noSecrets: Derive = async () => ({ key: new Uint8Array(), iv: new Uint8Array(), macKey: new Uint8Array() })

/** SHA-1 once: weak, but what the files have. */
async function deriveVersion2(passphrase: Bytes | undefined): Promise<PpkSecrets> {
  const macKey = await sha1(encodeText('putty-private-key-file-mac-key'), passphrase ?? new Uint8Array())
  if (passphrase === undefined) return { key: new Uint8Array(), iv: new Uint8Array(), macKey }
  const halves = await Promise.all([0, 1].map((counter) => sha1(Uint8Array.of(0, 0, 0, counter), passphrase)))
  const key = concatBytes(...halves).slice(0, 32)
  for (const half of halves) half.fill(0)
  return { key, iv: new Uint8Array(16), macKey }
}

/** Checks the parameters before anything is spent on them. */
function readDerivation(file: PpkFile): Derive {
  const parameter = (name: string) => file.derivation.get(name) ?? ''
  const [memory, passes, lanes] = ['Argon2-Memory', 'Argon2-Passes', 'Argon2-Parallelism'].map((name) => /^\d{1,10}$/.test(parameter(name)) ? Number(parameter(name)) : NaN) as [number, number, number]
  const salt = decodeHex(parameter('Argon2-Salt'))
  if (salt === undefined || salt.length < 8 || salt.length > 1024) throw malformed('the salt of the PuTTY key file cannot be right')
  checkArgon2(memory, passes, lanes)
  const flavour = parameter('Key-Derivation')
  if (!['Argon2id', 'Argon2i', 'Argon2d'].includes(flavour)) throw unsupported('the key derivation of the PuTTY key file is not supported')
  return async (passphrase) => {
    const { argon2dAsync, argon2iAsync, argon2idAsync } = await import('@noble/hashes/argon2.js')
    const argon2 = flavour === 'Argon2id' ? argon2idAsync : flavour === 'Argon2i' ? argon2iAsync : argon2dAsync
    const derived = await argon2(passphrase!, salt, { m: memory, t: passes, p: lanes, dkLen: 80 }) as Bytes
    return { key: derived.subarray(0, 32), iv: derived.subarray(32, 48), macKey: derived.subarray(48) }
  }
}

async function sha1(...parts: readonly Uint8Array[]): Promise<Bytes> {
  const input = concatBytes(...parts)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-1', input))
  input.fill(0)
  return digest
}
