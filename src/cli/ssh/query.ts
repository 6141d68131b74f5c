import { availableAlgorithms } from '../../openssh/algorithms.ts'
import { UsageError } from '../usage-error.ts'

const LISTS: Readonly<Record<string, () => readonly string[]>> = {
  cipher: () => availableAlgorithms('cipher'), 'cipher-auth': () => availableAlgorithms('cipher').filter((name) => /gcm|poly1305/.test(name)), compression: () => ['none', 'zlib@openssh.com'],
  mac: () => availableAlgorithms('mac'), kex: () => availableAlgorithms('kex'), key: () => availableAlgorithms('hostKey'), 'key-cert': () => availableAlgorithms('hostKey').filter((name) => name.includes('-cert-')),
  'key-plain': () => availableAlgorithms('hostKey').filter((name) => !name.includes('-cert-')), 'key-sig': () => availableAlgorithms('hostKey'), sig: () => availableAlgorithms('hostKey').filter((name) => !name.includes('-cert-')),
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
