/// A private key and a passphrase given as bytes never become strings: a snapshot of all that JavaScript holds, taken after a login, shows neither.
import { execFile, execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'

const folder = mkdtempSync(join(tmpdir(), 'heap-'))
let server: SshServer
beforeAll(async () => { server = await startSshd() })
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

const PASSPHRASE = 'a passphrase nobody else has: 4711'

/** Pieces of the text of a key file: every line of its base64, whole and its middle. */
function pieces(text: string): string[] {
  const lines = text.split('\n').filter((line) => !line.startsWith('-----') && !line.includes(':') && line.length > 30)
  return lines.flatMap((line) => [line, line.slice(10, 34)])
}

const FORMS: Readonly<Record<string, (path: string) => void>> = {
  'OpenSSH, encrypted': (path) => execFileSync('ssh-keygen', ['-q', '-p', '-N', PASSPHRASE, '-f', path]),
  'PKCS#8, encrypted': (path) => execFileSync('ssh-keygen', ['-q', '-p', '-m', 'PKCS8', '-N', PASSPHRASE, '-f', path]),
}

describe.each(['ed25519', 'rsa', 'ecdsa'] as const)('%s', (type) => {
  test.each(Object.keys(FORMS).filter((form) => type !== 'ed25519' || form.startsWith('OpenSSH')))('%s', async (form) => {
    const { path } = server.keys[type]
    const [key, secret, snapshot] = ['key', 'secret', 'snapshot'].map((name) => join(folder, `${type}-${form.slice(0, 4)}-${name}`)) as [string, string, string]
    copyFileSync(path, key)
    execFileSync('chmod', ['600', key])
    const plain = readFileSync(path, 'utf8')
    FORMS[form]!(key)
    writeFileSync(secret, PASSPHRASE)
    const { stdout } = await promisify(execFile)(process.execPath, [resolve('test/isolation/snapshot-login.mjs'), resolve('dist/index.js'), server.host, String(server.port), server.user, key, secret, snapshot])
    expect(stdout).toBe('logged in\n')
    const heap = readFileSync(snapshot, 'latin1')
    // What the test looks for it would find.
    expect(heap).toContain('control-string-of-the-test')
    for (const piece of [PASSPHRASE, ...pieces(plain), ...pieces(readFileSync(key, 'utf8'))]) expect(heap.includes(piece), `${piece.slice(0, 4)}… is in the snapshot`).toBe(false)
  }, 60_000)
})
