import { execFile, execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { type KeyPair, type KeyType, keyPair } from '../../support/key-pairs.ts'
import type { TemporaryDirectory } from '../../support/temporary.ts'

const run = promisify(execFile)

export const KEY_TYPES: readonly KeyType[] = ['ed25519', 'ecdsa', 'ecdsa384', 'ecdsa521', 'rsa']

/** Type and base64 of a public key line, without the comment. */
export function bare(line: string): string {
  return line.trim().split(' ').slice(0, 2).join(' ')
}

export function blob(line: string): Uint8Array {
  return new Uint8Array(Buffer.from(line.split(' ')[1]!, 'base64'))
}

/** A new Ed25519 public key line. */
export function newKey(directory: TemporaryDirectory, name: string): string {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', directory.file(name)])
  return bare(readFileSync(directory.file(`${name}.pub`), 'utf8'))
}

/** Lets `ssh-keygen -s` certify the host key of a type by the authority of a type; `args` are its own. Returns the certificate's line. */
export async function certify(directory: TemporaryDirectory, hostType: KeyType, authorityType: KeyType, args: readonly string[]): Promise<string> {
  const [host, authority] = [await keyPair(hostType, 'host'), await authorityKey(authorityType)]
  const name = directory.file(`certified-${Math.random().toString(36).slice(2)}`)
  copyFileSync(`${host.path}.pub`, `${name}.pub`)
  await run('ssh-keygen', ['-q', '-s', authority.path, '-I', 'id', ...args, `${name}.pub`])
  return bare(readFileSync(`${name}-cert.pub`, 'utf8'))
}

/** Any key can be an authority; these are the ones that users have elsewhere. */
export function authorityKey(type: KeyType): Promise<KeyPair> {
  return keyPair(type, 'user')
}

/** The lines that `ssh-keygen -F` finds for a name in known_hosts text. */
export function findWithSshKeygen(directory: TemporaryDirectory, text: string, name: string): string[] {
  const file = directory.file('find')
  writeFileSync(file, text)
  try {
    return execFileSync('ssh-keygen', ['-F', name, '-f', file], { encoding: 'utf8', stdio: 'pipe' }).split('\n').filter((line) => line !== '' && !line.startsWith('# Host '))
  } catch (error) {
    if ((error as { status?: number }).status === 1) return []
    throw error
  }
}

/** What `ssh-keygen -lv` prints of a public key or certificate line, without the last line break. */
export function fingerprintWithSshKeygen(directory: TemporaryDirectory, line: string): string {
  writeFileSync(directory.file('print.pub'), `${line}\n`)
  return execFileSync('ssh-keygen', ['-lvf', directory.file('print.pub')], { encoding: 'utf8' }).trimEnd()
}
