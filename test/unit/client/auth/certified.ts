import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { type KeyPair, keyPair } from '../../../support/key-pairs.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'

/** A certificate that ssh-keygen makes for the user's key. */
export async function certified(role: 'user' | 'host'): Promise<{ readonly key: KeyPair, readonly certificate: string }> {
  const folder = temporaryDirectory('certified')
  try {
    const key = await keyPair('ed25519', 'user')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', folder.file('ca')])
    writeFileSync(folder.file('key.pub'), key.publicKey)
    execFileSync('ssh-keygen', ['-q', '-s', folder.file('ca'), '-I', 'id', ...role === 'host' ? ['-h'] : [], folder.file('key.pub')])
    return { key, certificate: readFileSync(folder.file('key-cert.pub'), 'utf8') }
  } finally {
    folder.remove()
  }
}
