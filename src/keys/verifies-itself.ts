import { encodeBase64 } from '../wire-format/base64.ts'
import { joinBytes } from '../wire-format/bytes.ts'
import { importPrivate } from './imported-keys.ts'
import type { Ed25519Private } from './private-numbers.ts'

/**
 * SHA-256 of both halves of the keys that were last found to be whole: a program often reads the same key again, a Worker for each request, and a signature with its
 * verification costs thirty times as much as a digest. A digest says nothing of its key, since nobody can guess the seed.
 */
const whole = new Set<string>()
const MOST_WHOLE = 16

/** Whether the public key verifies a signature of the private key. False if this runtime cannot tell. */
export async function verifiesItself(key: Ed25519Private): Promise<boolean> {
  try {
    const name = await digestOf(key)
    if (!whole.has(name)) {
      if (!await verifies(key)) return false
      if (whole.size >= MOST_WHOLE) whole.clear()
      whole.add(name)
    }
    return true
  } catch {
    return false
  }
}

async function digestOf(key: Ed25519Private): Promise<string> {
  const halves = joinBytes([key.seed, key.public.key])
  try {
    return encodeBase64(new Uint8Array(await crypto.subtle.digest('SHA-256', halves)))
  } finally {
    halves.fill(0)
  }
}

async function verifies(key: Ed25519Private): Promise<boolean> {
  const signer = await importPrivate(key, 'ssh-ed25519')
  if (signer === undefined) return false
  const verifier = await crypto.subtle.importKey('raw', key.public.key, 'Ed25519', false, ['verify'])
  const probe = crypto.getRandomValues(new Uint8Array(32))
  return await crypto.subtle.verify('Ed25519', verifier, await crypto.subtle.sign('Ed25519', signer, probe), probe)
}
