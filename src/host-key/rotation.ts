import { isCertificate } from '../keys/certificate.ts'
import { equalBytes } from '../wire-format/bytes.ts'
import { knownHostName, lowerCase } from './host-name.ts'
import type { KnownHostsFile } from './known-hosts/file.ts'
import { isHashedName } from './known-hosts/hashed-name.ts'
import type { KnownHostsEntry } from './known-hosts/line.ts'
import type { HostKeyUpdate } from './policy.ts'

/** What a store would have to learn and to forget. */
export interface Rotation {
  readonly added: readonly Uint8Array[]
  readonly removed: readonly KnownHostsEntry[]
  /** The host's name is hashed in the store. */
  readonly hashed: boolean
}

/**
 * Compares the keys that a server announces with the known ones, by the rules of OpenSSH's client (UpdateHostKeys of ssh_config(5)). Undefined if
 * nothing needs to change, or nothing may: the connection was not verified by a plain line for the host, or its key is not among the announced ones; one
 * of the host's lines has a marker, a pattern or more names than host and address; a key to add or remove is also listed under another name.
 */
export async function rotationOf(file: KnownHostsFile, { host, port, current, keys }: HostKeyUpdate): Promise<Rotation | undefined> {
  const entries = await file.find(host, port), name = knownHostName(host, port)
  if (isCertificate(current) || entries.some(({ marker, names }) => marker !== undefined || !isOnly(names, name))) return undefined
  const has = (list: readonly KnownHostsEntry[], key: Uint8Array) => list.some((entry) => equalBytes(entry.key, key))
  if (!has(entries, current) || !keys.some((key) => equalBytes(key, current))) return undefined
  const added = keys.filter((key) => !has(entries, key)), removed = entries.filter(({ key }) => !keys.some((other) => equalBytes(other, key)))
  if (added.length + removed.length === 0) return undefined
  const others = file.entries.filter((entry) => !entries.includes(entry))
  if ([...added, ...removed.map(({ key }) => key)].some((key) => has(others, key))) return undefined
  return { added, removed, hashed: entries.some(({ names }) => isHashedName(names)) }
}

/** The name alone, or followed by an address. */
function isOnly(names: string, name: string): boolean {
  if (isHashedName(names)) return true
  const [first, address, ...more] = lowerCase(names).split(',')
  return first === name && more.length === 0 && (address === undefined || /^\[?[\da-f.:]+(%\w+)?(\]:\d+)?$/.test(address))
}
