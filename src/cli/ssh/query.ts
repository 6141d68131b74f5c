import { availableAlgorithms } from '../../openssh/algorithms.ts'
import { UsageError } from '../usage-error.ts'

/** Signatures of RSA keys are no types of keys. */
const isKeyType = (name: string) => !name.startsWith('rsa-sha2-') && !name.startsWith('webauthn-')
const keyTypes = () => availableAlgorithms('hostKey').filter(isKeyType)
const isCertificate = (name: string) => name.includes('-cert')

const LISTS: Readonly<Record<string, () => readonly string[]>> = {
  cipher: () => availableAlgorithms('cipher'), 'cipher-auth': () => availableAlgorithms('cipher').filter((name) => /gcm|poly1305/.test(name)), compression: () => ['none', 'zlib@openssh.com'],
  mac: () => availableAlgorithms('mac'), kex: () => availableAlgorithms('kex'), key: keyTypes, 'key-cert': () => keyTypes().filter(isCertificate),
  'key-plain': () => keyTypes().filter((name) => !isCertificate(name)), 'key-sig': () => availableAlgorithms('hostKey'), sig: () => availableAlgorithms('hostKey').filter((name) => !isCertificate(name)),
  'protocol-version': () => ['2'],
}
/** Keywords of ssh_config(5) that name a list. */
const ALIASES: Readonly<Record<string, string>> = {
  ciphers: 'cipher', macs: 'mac', kexalgorithms: 'kex', hostkeyalgorithms: 'key-sig', pubkeyacceptedalgorithms: 'key-sig', pubkeyacceptedkeytypes: 'key-sig', hostbasedacceptedalgorithms: 'key-sig', hostbasedkeytypes: 'key-sig', casignaturealgorithms: 'sig',
}

/** `-Q`: prints the supported names. @throws UsageError */
export function query(what: string): readonly string[] {
  const name = what.toLowerCase()
  if (name === 'help') return Object.keys(LISTS)
  const list = LISTS[ALIASES[name] ?? name]
  if (!list) throw new UsageError(`Unsupported query "${what}"`)
  return list()
}
