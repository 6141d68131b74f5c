import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { keyPair, type KeyType } from '../../support/key-pairs.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

/** Private key files as the real tools write them. */

export const KEY_TYPES: readonly KeyType[] = ['ed25519', 'rsa', 'ecdsa', 'ecdsa384', 'ecdsa521']
export const PASSPHRASE = 'correct hørse "battery"'

/** A key of `.cache` rewritten by `ssh-keygen -p` with these flags. */
export async function rewritten(type: KeyType, flags: readonly string[], passphrase = ''): Promise<string> {
  const { privateKey } = await keyPair(type, 'user')
  return inFolder((file) => {
    writeFileSync(file('key'), privateKey, { mode: 0o600 })
    run('ssh-keygen', ['-q', '-p', '-P', '', '-N', passphrase, ...flags, '-f', file('key')])
    return readFileSync(file('key'), 'utf8')
  })
}

/** A key of `.cache` as PEM through openssl: PKCS#8 first, then `args`. The passphrase is in a file. */
export async function throughOpenssl(type: KeyType, args: readonly string[], encrypted = false): Promise<string> {
  const { plainPkcs8 } = await pkcs8(type)
  return inFolder((file) => {
    writeFileSync(file('pass'), PASSPHRASE)
    return run('openssl', [...args, ...encrypted ? ['-passout', `file:${file('pass')}`] : []], plainPkcs8)
  })
}

/** ssh-keygen of Debian 12 cannot write Ed25519 as PKCS#8, so openssl makes its own. */
export async function pkcs8(type: KeyType): Promise<{ readonly plainPkcs8: string }> {
  return { plainPkcs8: type === 'ed25519' ? opensslEd25519() : await rewritten(type, ['-m', 'PKCS8']) }
}

let ed25519: string | undefined
export function opensslEd25519(): string {
  return ed25519 ??= run('openssl', ['genpkey', '-algorithm', 'ed25519'])
}

/** A key of `.cache` through puttygen. */
export async function throughPuttygen(type: KeyType, parameters: string, passphrase?: string): Promise<string> {
  const { privateKey } = await keyPair(type, 'user')
  return inFolder((file) => {
    writeFileSync(file('key'), privateKey, { mode: 0o600 })
    writeFileSync(file('pass'), passphrase ?? '')
    run('puttygen', [file('key'), '-O', 'private', '-o', file('ppk'), '--ppk-param', parameters, '--new-passphrase', file('pass')])
    return readFileSync(file('ppk'), 'utf8')
  })
}

export function run(command: string, args: readonly string[], input = ''): string {
  return execFileSync(command, args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
}

export function inFolder<T>(use: (file: (name: string) => string) => T): T {
  const folder = temporaryDirectory('keys')
  try {
    return use(folder.file)
  } finally {
    folder.remove()
  }
}
