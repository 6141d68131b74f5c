import { HostKeyError } from '../../errors/ssh-error.ts'
import { certificateName, signatureAlgorithms } from '../../keys/key-types.ts'
import { equalBytes } from '../../wire-format/bytes.ts'
import { fingerprint, keyTitle } from '../fingerprint.ts'
import type { KnownHostsEntry } from './line.ts'
import type { KnownHostsFile } from './file.ts'
import { type HostKeyInfo, presented as checkedInfo } from '../policy.ts'
import { type PresentedKey, readPresentedKey } from '../presented-key.ts'

const DEFAULT_PORT = 22

/** Key types that a certificate can hold: the authority does not show which of them a host has. */
const CERTIFIABLE = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com', 'ssh-rsa']

/**
 * Checks a presented key against known_hosts entries by the rules of OpenSSH's client with StrictHostKeyChecking=yes. A revoked key or authority is
 * refused. A `@cert-authority` line, with the port or without it, accepts a certificate; a line of its own accepts its plain key, or a plain host
 * key. If no key is known for a host with its port, an entry for the bare name can accept the key, but never refuses it. A host whose known keys are
 * all different has changed, whatever their types: a server that hides its known type must not look new.
 * @returns the line that accepted a plain key; undefined if a certificate was accepted
 */
export async function checkKnownHosts(file: KnownHostsFile, info: HostKeyInfo, revoked?: string | Uint8Array): Promise<KnownHostsEntry | undefined> {
  const presented = readPresentedKey(checkedInfo(info).key)
  const { named, portless } = await lookUp(file, info.host, info.port)
  await refuseMarked([...named, ...portless], presented, info)
  if (revoked !== undefined) await refuseListed(revoked, presented, info)
  let certificateError: HostKeyError | undefined
  if (presented.certificate && trustsAuthority([...named, ...portless], presented)) {
    certificateError = await certificateProblem(presented, info)
    if (!certificateError) return undefined
  }
  const known = plainEntries(plainEntries(named).length > 0 ? named : portless).find(({ key }) => equalBytes(key, presented.publicKey))
  if (known) return known
  throw certificateError ?? await unknownOrChanged(plainEntries(named), presented, info)
}

/** The algorithms with which a host can prove itself: certificates if an authority is known, then the types of its keys. */
export async function knownAlgorithms(file: KnownHostsFile, host: string, port: number): Promise<readonly string[]> {
  const { named, portless } = await lookUp(file, host, port)
  const plain = plainEntries(named).length > 0 ? plainEntries(named) : plainEntries(portless)
  const certificates = [...named, ...portless].some(({ marker }) => marker === '@cert-authority') ? CERTIFIABLE.map(certificateName) : []
  return [...new Set([...certificates, ...plain.map(({ type }) => type)].flatMap(signatureAlgorithms))]
}

async function lookUp(file: KnownHostsFile, host: string, port: number): Promise<{ readonly named: readonly KnownHostsEntry[], readonly portless: readonly KnownHostsEntry[] }> {
  return { named: await file.find(host, port), portless: port === DEFAULT_PORT ? [] : await file.find(host, DEFAULT_PORT) }
}

function plainEntries(entries: readonly KnownHostsEntry[]): readonly KnownHostsEntry[] {
  return entries.filter(({ marker }) => marker === undefined)
}

function trustsAuthority(entries: readonly KnownHostsEntry[], { certificate }: PresentedKey): boolean {
  return entries.some(({ marker, key }) => marker === '@cert-authority' && equalBytes(key, certificate!.signatureKey))
}

async function certificateProblem({ certificate }: PresentedKey, { host, key }: HostKeyInfo): Promise<HostKeyError | undefined> {
  const { verifyHostCertificate } = await import('../host-certificate.ts')
  try {
    await verifyHostCertificate(certificate!, host)
    return undefined
  } catch (error) {
    if (!(error instanceof HostKeyError)) throw error
    return new HostKeyError(error.message, { code: error.code, received: await fingerprint(key) })
  }
}

async function refuseMarked(entries: readonly KnownHostsEntry[], { publicKey, certificate }: PresentedKey, { host, key }: HostKeyInfo): Promise<void> {
  const revoked = entries.filter(({ marker }) => marker === '@revoked')
  const isRevoked = (blob: Uint8Array) => revoked.some((entry) => equalBytes(entry.key, blob))
  if (isRevoked(publicKey) || (certificate && isRevoked(certificate.signatureKey))) throw await revokedKey(host, key)
}

async function refuseListed(revoked: string | Uint8Array, presented: PresentedKey, { host, key }: HostKeyInfo): Promise<void> {
  const { readRevokedKeys } = await import('../revoked-keys/revoked-keys.ts')
  if (await readRevokedKeys(revoked)(presented)) throw await revokedKey(host, key)
}

async function revokedKey(host: string, key: Uint8Array): Promise<HostKeyError> {
  const received = await fingerprint(key)
  return new HostKeyError(`the ${keyTitle(key)} host key of ${host}, ${received}, is marked as revoked`, { code: 'ERR_HOST_KEY_REVOKED', received })
}

async function unknownOrChanged(known: readonly KnownHostsEntry[], { type }: PresentedKey, { host, key }: HostKeyInfo): Promise<HostKeyError> {
  const received = await fingerprint(key)
  const other = known.find((entry) => entry.type === type) ?? known[0]
  if (!other) return new HostKeyError(`no ${keyTitle(key)} host key is known for ${host}, which presented ${received}`, { code: 'ERR_HOST_KEY_UNKNOWN', received })
  const expected = await fingerprint(other.key)
  const what = `expected the ${keyTitle(other.key)} key ${expected}, received the ${keyTitle(key)} key ${received}`
  return new HostKeyError(`the host key of ${host} has changed: ${what}`, { code: 'ERR_HOST_KEY_CHANGED', expected, received })
}
