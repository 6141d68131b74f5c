import { type ConfigLine, ConfigLineError } from './line.ts'
import { certificateName } from '../../keys/key-types.ts'
import { matchPattern } from '../../host-key/known-hosts/pattern.ts'
import type { Keyword } from './spec.ts'
import { one } from './values.ts'

export type AlgorithmListKind = 'kex' | 'cipher' | 'mac' | 'hostKey' | 'publicKey' | 'caSignature'

const PLAIN_KEYS = ['ssh-mldsa44-ed25519', 'ssh-mldsa44-ed25519@openssh.com', 'ssh-ed25519', 'sk-ssh-ed25519@openssh.com', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'sk-ecdsa-sha2-nistp256@openssh.com', 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com', 'ssh-dss', 'ssh-rsa', 'rsa-sha2-256', 'rsa-sha2-512']
const KEY_NAMES = [...PLAIN_KEYS.flatMap((name) => [name, certificateName(name)]), 'ssh-mldsa44-ed25519-cert']

/** Names that OpenSSH 7 to 10 know: a list with another name is an error, as in OpenSSH. It does not say which of them this client supports. */
const KNOWN: Readonly<Record<AlgorithmListKind, readonly string[]>> = {
  kex: [
    'diffie-hellman-group1-sha1', 'diffie-hellman-group14-sha1', 'diffie-hellman-group14-sha256', 'diffie-hellman-group16-sha512', 'diffie-hellman-group18-sha512', 'diffie-hellman-group-exchange-sha1',
    'diffie-hellman-group-exchange-sha256', 'ecdh-sha2-nistp256', 'ecdh-sha2-nistp384', 'ecdh-sha2-nistp521', 'curve25519-sha256', 'curve25519-sha256@libssh.org', 'sntrup4591761x25519-sha512@tinyssh.org',
    'sntrup761x25519-sha512', 'sntrup761x25519-sha512@openssh.com', 'mlkem768x25519-sha256', 'mlkem768nistp256-sha256', 'mlkem1024nistp384-sha384',
  ],
  cipher: [
    '3des-cbc', 'aes128-cbc', 'aes192-cbc', 'aes256-cbc', 'rijndael-cbc@lysator.liu.se', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr', 'aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com',
    'arcfour', 'arcfour128', 'arcfour256', 'blowfish-cbc', 'cast128-cbc',
  ],
  mac: ['hmac-sha1', 'hmac-sha1-96', 'hmac-sha2-256', 'hmac-sha2-512', 'hmac-md5', 'hmac-md5-96', 'hmac-ripemd160', 'umac-64@openssh.com', 'umac-128@openssh.com'].flatMap((name) => [name, `${name.replace(/@openssh\.com$/, '')}-etm@openssh.com`]),
  hostKey: KEY_NAMES,
  publicKey: KEY_NAMES,
  caSignature: PLAIN_KEYS,
}

/** Lists of keys may contain patterns. */
const WITH_PATTERNS: readonly AlgorithmListKind[] = ['hostKey', 'publicKey', 'caSignature']

/** A list of algorithms as written, for `applyAlgorithmList`; undefined if no line names one. */
export function algorithms(kind: AlgorithmListKind): Keyword<string | undefined> {
  return { use: true, fallback: undefined, read: (line) => read(line, kind), print: (value) => value === undefined ? [] : [value] }
}

function read(line: ConfigLine, kind: AlgorithmListKind): string {
  const text = one(line)
  const [, sign = '', list = ''] = /^([+^-]?)(.*)$/s.exec(text)!
  const names = list.split(',').filter((name) => name !== '')
  if (names.length === 0 || /\s/.test(list)) throw new ConfigLineError(`not a list of algorithms: ${JSON.stringify(text)}`)
  const wrong = sign === '-' ? undefined : names.find((name) => !isKnown(name, kind))
  if (wrong !== undefined) throw new ConfigLineError(`no algorithm has the name ${JSON.stringify(wrong)}`)
  return sign + names.join(',')
}

function isKnown(name: string, kind: AlgorithmListKind): boolean {
  if (WITH_PATTERNS.includes(kind)) return KNOWN[kind].some((known) => matchPattern(known, name))
  return KNOWN[kind].includes(name)
}
