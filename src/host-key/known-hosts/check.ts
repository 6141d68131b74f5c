import { HostKeyError } from '../../errors/ssh-error.ts'
import { equalBytes } from '../../wire-format/bytes.ts'
import { fingerprint, keyTitle } from '../fingerprint.ts'
import type { KnownHostsEntry } from './line.ts'
import type { KnownHostsFile } from './file.ts'
import type { HostKeyInfo } from '../policy.ts'
import { type PresentedKey, readPresentedKey } from '../presented-key.ts'

const DEFAULT_PORT = 22

/**
 * Checks a presented key against known_hosts entries by the rules of OpenSSH's client with StrictHostKeyChecking=yes:
 * a revoked key or authority is refused; a certificate is accepted by a `@cert-authority` line; its plain key, or a plain host key, by a line of its own;
 * a host known only without its port is accepted, never refused, by that name.
 * A host whose known keys are all others has changed, of whatever type they are: a server that hides its known type must not look new.
 */
export async function checkKnownHosts(file: KnownHostsFile, info: HostKeyInfo): Promise<void> {
  const presented = readPresentedKey(info.key)
  const named = await file.find(info.host, info.port)
  const portless = info.port === DEFAULT_PORT ? [] : await file.find(info.host, DEFAULT_PORT)
  await refuseRevoked([...named, ...portless], presented, info)
  let certificateError: HostKeyError | undefined
  for (const entries of [named, portless]) {
    if (presented.certificate && trustsAuthority(entries, presented)) {
      certificateError = await certificateProblem(presented, info)
      if (!certificateError) return
    }
    if (plainEntries(entries).some(({ key }) => equalBytes(key, presented.publicKey))) return
  }
  throw certificateError ?? await unknownOrChanged(plainEntries(named), presented, info)
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

async function refuseRevoked(entries: readonly KnownHostsEntry[], { publicKey, certificate }: PresentedKey, { host, key }: HostKeyInfo): Promise<void> {
  const revoked = entries.filter(({ marker }) => marker === '@revoked')
  const isRevoked = (blob: Uint8Array) => revoked.some((entry) => equalBytes(entry.key, blob))
  if (!isRevoked(publicKey) && !(certificate && isRevoked(certificate.signatureKey))) return
  const received = await fingerprint(key)
  throw new HostKeyError(`the ${keyTitle(key)} host key of ${host}, ${received}, is marked as revoked`, { code: 'ERR_HOST_KEY_REVOKED', received })
}

async function unknownOrChanged(known: readonly KnownHostsEntry[], { type }: PresentedKey, { host, key }: HostKeyInfo): Promise<HostKeyError> {
  const received = await fingerprint(key)
  const other = known.find((entry) => entry.type === type) ?? known[0]
  if (!other) return new HostKeyError(`no ${keyTitle(key)} host key is known for ${host}, which presented ${received}`, { code: 'ERR_HOST_KEY_UNKNOWN', received })
  const expected = await fingerprint(other.key)
  const what = `expected the ${keyTitle(other.key)} key ${expected}, received the ${keyTitle(key)} key ${received}`
  return new HostKeyError(`the host key of ${host} has changed: ${what}`, { code: 'ERR_HOST_KEY_CHANGED', expected, received })
}
