import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { publicBlobOf, string, strings } from '../unit/keys/independent-verifier.ts'

export type SecurityKeyType = 'ed25519' | 'ec'

/** A security key in software: its key file in OpenSSH's format, and the device's own key for fake-sk-helper.mjs. */
export interface SecurityKeyFiles {
  /** The text of the key file. */
  readonly text: string
  /** The line of its .pub file. */
  readonly line: string
  readonly blob: Buffer
  /** PEM. */
  readonly device: string
}

export function securityKeyFiles(type: SecurityKeyType, { flags = 1 } = {}): SecurityKeyFiles {
  const { privateKey, publicKey } = type === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
  const name = type === 'ec' ? 'sk-ecdsa-sha2-nistp256@openssh.com' : 'sk-ssh-ed25519@openssh.com'
  const blob = Buffer.concat([Buffer.from(name), ...strings(publicBlobOf(publicKey)).slice(1), Buffer.from('ssh:')].map(string))
  const section = Buffer.concat([Buffer.alloc(8), blob, Buffer.of(flags), string('handle'), string(''), string('on a stick')])
  const padded = Buffer.concat([section, Buffer.from([1, 2, 3, 4, 5, 6, 7]).subarray(0, (8 - section.length % 8) % 8)])
  const file = Buffer.concat([Buffer.from('openssh-key-v1\0'), ...['none', 'none', ''].map(string), Buffer.of(0, 0, 0, 1), string(blob), string(padded)])
  const body = file.toString('base64').replace(/.{70}/g, '$&\n')
  return {
    text: `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`, line: `${name} ${blob.toString('base64')} on a stick`, blob,
    device: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  }
}

/** Writes a program that starts fake-sk-helper.mjs with these variables. @returns its path */
export function fakeHelper(path: string, variables: Readonly<Record<string, string>>): string {
  const set = Object.entries(variables).map(([name, value]) => `${name}='${value}'`).join(' ')
  writeFileSync(path, `#!/bin/sh\n${set} exec '${process.execPath}' '${fileURLToPath(new URL('fake-sk-helper.mjs', import.meta.url))}'\n`)
  chmodSync(path, 0o755)
  return path
}
