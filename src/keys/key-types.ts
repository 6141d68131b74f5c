/** The names of RFC 4253 6.6, RFC 5656, RFC 8709, RFC 8332 and OpenSSH's PROTOCOL.u2f and PROTOCOL.certkeys, with their parameters. */

export type EcdsaCurve = 'nistp256' | 'nistp384' | 'nistp521'

export interface CurveFacts {
  /** Bytes of a coordinate and of a scalar. */
  readonly size: number
  readonly webCryptoName: 'P-256' | 'P-384' | 'P-521'
  readonly hash: 'SHA-256' | 'SHA-384' | 'SHA-512'
  /** Object identifier (RFC 5480), the content bytes of its DER. */
  readonly oid: string
}

export const CURVES: Readonly<Record<EcdsaCurve, CurveFacts>> = {
  nistp256: { size: 32, webCryptoName: 'P-256', hash: 'SHA-256', oid: '1.2.840.10045.3.1.7' },
  nistp384: { size: 48, webCryptoName: 'P-384', hash: 'SHA-384', oid: '1.3.132.0.34' },
  nistp521: { size: 66, webCryptoName: 'P-521', hash: 'SHA-512', oid: '1.3.132.0.35' },
}

/** Hash of each RSA signature algorithm. */
export const RSA_HASHES: Readonly<Record<string, 'SHA-1' | 'SHA-256' | 'SHA-512'>> = {
  'rsa-sha2-512': 'SHA-512',
  'rsa-sha2-256': 'SHA-256',
  'ssh-rsa': 'SHA-1',
}

export const SK_ED25519 = 'sk-ssh-ed25519@openssh.com'
export const SK_ECDSA = 'sk-ecdsa-sha2-nistp256@openssh.com'
export const WEBAUTHN_SK_ECDSA = 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com'
/** Types whose private key is on a security key (PROTOCOL.u2f). */
export const isSecurityKey = (type: string): boolean => type === SK_ED25519 || type === SK_ECDSA

/** ML-DSA-44 with Ed25519: the name since OpenSSH 10.6, and the one of 10.4 and 10.5. */
export const MLDSA44_ED25519 = 'ssh-mldsa44-ed25519'
const OPENSSH = '@openssh.com'
export const MLDSA44_NAMES: readonly string[] = [MLDSA44_ED25519, MLDSA44_ED25519 + OPENSSH]
export const isMlDsa = (name: string): boolean => MLDSA44_NAMES.includes(name)

const CERTIFICATE_SUFFIX = '-cert-v01@openssh.com'
/** The one certificate whose name is that of the draft (draft-miller-ssh-cert). */
const MLDSA44_ED25519_CERTIFICATE = `${MLDSA44_ED25519}-cert`

export function isCertificateName(name: string): boolean {
  return name.endsWith(CERTIFICATE_SUFFIX) || name === MLDSA44_ED25519_CERTIFICATE
}

/** `ssh-ed25519` → `ssh-ed25519-cert-v01@openssh.com`; names that contain `@openssh.com` keep one. */
export function certificateName(name: string): string {
  if (name === MLDSA44_ED25519) return MLDSA44_ED25519_CERTIFICATE
  return isCertificateName(name) ? name : name.replace(OPENSSH, '') + CERTIFICATE_SUFFIX
}

/** The opposite of `certificateName`; other names are unchanged. */
export function plainName(name: string): string {
  if (name === MLDSA44_ED25519_CERTIFICATE) return MLDSA44_ED25519
  if (!isCertificateName(name)) return name
  const base = name.slice(0, -CERTIFICATE_SUFFIX.length)
  return /^(sk-|webauthn-|ssh-mldsa)/.test(base) ? base + OPENSSH : base
}

/** The signature algorithms of a key type, preferred first. A certificate's type gives certificate names. */
export function signatureAlgorithms(type: string): readonly string[] {
  if (isCertificateName(type)) return signatureAlgorithms(plainName(type)).map(certificateName)
  return type === 'ssh-rsa' ? Object.keys(RSA_HASHES) : [type]
}
