import { HostKeyError, KeyError } from '../errors/ssh-error.ts'
import type { Certificate } from '../keys/certificate.ts'
import { WireFormatError } from '../wire-format/wire-format-error.ts'
import { lowerCase } from './host-name.ts'
import { matchPattern } from './known-hosts/pattern.ts'
import { isShortRsaKey, LEAST_RSA_BITS } from './short-rsa-key.ts'
import { verifySignature } from './verify-signature.ts'

const FOR_EVER = 0xffffffffffffffffn

/**
 * Requires that a certificate, whose authority is already trusted for this host, is valid for it now, by the rules of OpenSSH since 10.3
 * (PROTOCOL.certkeys): principals may have wildcards; a certificate without principals is refused, where older versions accepted it for every host.
 * Throws `HostKeyError` with the code `ERR_HOST_KEY_CERTIFICATE`.
 */
export async function verifyHostCertificate(certificate: Certificate, host: string, now: Date = new Date()): Promise<void> {
  const seconds = BigInt(Math.floor(now.getTime() / 1000))
  const { role, principals, validAfter, validBefore, criticalOptions } = certificate
  if (role !== 'host') throw refused('it is a user certificate')
  if (seconds < validAfter) throw refused(`it is not valid before ${dateText(validAfter)}`)
  if (validBefore !== FOR_EVER && seconds >= validBefore) throw refused(`it expired at ${dateText(validBefore)}`)
  if (principals.length === 0) throw refused('it names no hosts')
  if (!principals.some((principal) => matchPattern(lowerCase(host), principal))) throw refused(`it is not for the host ${host}`)
  if (criticalOptions.size > 0) throw refused('it has critical options, which are not defined for hosts')
  if (isShortRsaKey(certificate.signatureKey)) throw refused(`the RSA key of its authority has fewer than ${LEAST_RSA_BITS} bits`)
  if (!await signedByItsAuthority(certificate)) throw refused('its signature is wrong')
}

async function signedByItsAuthority({ signatureKey, signature, signedBytes }: Certificate): Promise<boolean> {
  try {
    return await verifySignature(signatureKey, signature, signedBytes)
  } catch (error) {
    if (error instanceof KeyError || error instanceof WireFormatError) return false
    throw error
  }
}

function refused(reason: string): HostKeyError {
  return new HostKeyError(`the server's host certificate is refused: ${reason}`, { code: 'ERR_HOST_KEY_CERTIFICATE' })
}

function dateText(seconds: bigint): string {
  const date = new Date(Number(seconds) * 1000)
  return Number.isNaN(date.getTime()) ? 'the end of time' : date.toISOString()
}
