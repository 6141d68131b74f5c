import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export type KeyType = 'ed25519' | 'rsa' | 'ecdsa' | 'ecdsa384' | 'ecdsa521'

export interface PublicKey {
  /** One line as in authorized_keys: algorithm, base64 blob, comment. */
  readonly publicKey: string
  /** `SHA256:` and unpadded base64, as OpenSSH prints it. */
  readonly fingerprint: string
}

/** Made by ssh-keygen without a passphrase. */
export interface KeyPair extends PublicKey {
  readonly type: KeyType
  /** The private key's file; the public one is beside it with `.pub`. */
  readonly path: string
  /** The private key in OpenSSH format. */
  readonly privateKey: string
}

const flags: Record<KeyType, readonly string[]> = {
  ed25519: ['-t', 'ed25519'],
  rsa: ['-t', 'rsa', '-b', '2048'],
  ecdsa: ['-t', 'ecdsa', '-b', '256'],
  ecdsa384: ['-t', 'ecdsa', '-b', '384'],
  ecdsa521: ['-t', 'ecdsa', '-b', '521'],
}

const run = promisify(execFile)
const store = fileURLToPath(new URL('../../.cache/test-keys/', import.meta.url))
const made = new Map<string, Promise<KeyPair>>()

/**
 * One pair per type and owner, generated on this machine on first use and kept in the git-ignored
 * .cache: generating RSA keys for every server would take most of the tests' time. Only servers that tests
 * start on loopback ever trust them.
 */
export function keyPair(type: KeyType, owner: 'host' | 'user'): Promise<KeyPair> {
  const name = `${owner}_${type}`
  let pair = made.get(name)
  if (!pair) {
    pair = load(type, name)
    made.set(name, pair)
  }
  return pair
}

async function load(type: KeyType, name: string): Promise<KeyPair> {
  const folder = join(store, name)
  if (!existsSync(folder)) await generate(type, name, folder)
  const path = join(folder, name)
  return { type, path, privateKey: readFileSync(path, 'utf8'), ...publicKey(readFileSync(`${path}.pub`, 'utf8')) }
}

export function publicKey(line: string): PublicKey {
  const blob = Buffer.from(line.split(' ')[1] as string, 'base64')
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')
  return { publicKey: line.trim(), fingerprint: `SHA256:${digest}` }
}

/** Complete before it is visible: test files run in several processes at once. */
async function generate(type: KeyType, name: string, folder: string): Promise<void> {
  mkdirSync(store, { recursive: true, mode: 0o700 })
  const draft = mkdtempSync(join(store, `.${name}-`))
  try {
    await run('ssh-keygen', ['-q', '-N', '', '-C', `${name}@test`, ...flags[type], '-f', join(draft, name)])
    renameSync(draft, folder)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
}
