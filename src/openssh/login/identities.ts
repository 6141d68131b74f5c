import { signatureAlgorithms, plainName } from '../../keys/key-types.ts'
import { isCertificate, parseCertificate } from '../../keys/certificate.ts'
import { parsePublicKey, type PublicKey } from '../../keys/public-key.ts'
import { publicKeyType } from '../../keys/public-key-blob.ts'
import { equalBytes } from '../../wire-format/bytes.ts'
import { certifiedSigner } from '../../keys/signers/certified-signer.ts'
import type { Signer } from '../../keys/signers/signer.ts'
import type { AgentIdentity } from '../../keys/agent/client.ts'
import { acceptedAlgorithms, acceptedSignatures } from './accepted.ts'
import { publicKeyFile, publicKeyOf, readKeyFile } from './key-file.ts'
import { type KeyOpening, openKeyFile } from './open-key.ts'

/** One key to offer: its name, its origin, and its signer. If a file has only the private key, it is opened when its turn comes. */
export interface Identity {
  /** The path, or the agent's comment. */
  readonly name: string
  readonly source: 'agent' | 'file'
  /** Type and SHA-256 are known if the public key is. */
  readonly publicKey: Uint8Array | undefined
  signer(): Promise<Signer>
}

interface FileKey {
  readonly path: string
  readonly key: PublicKey | undefined
}

/**
 * The keys in the order in which ssh(1) offers them: certificates that CertificateFile names, keys of IdentityFile that the agent holds, other keys
 * of the agent (unless IdentitiesOnly), then the keys that only files hold, each with the certificate beside it. Types that PubkeyAcceptedAlgorithms
 * excludes are skipped, and so are RSA keys below RequiredRSASize.
 */
export function orderIdentities(agentKeys: readonly AgentIdentity[], opening: KeyOpening): Identity[] {
  const { config } = opening
  const files = fileKeys(opening)
  const agentHas = (blob: Uint8Array) => agentKeys.find(({ publicKey }) => equalBytes(publicKey, blob))
  const signerFor = (blob: Uint8Array): (() => Promise<Signer>) | undefined => {
    const held = agentHas(blob)
    if (held) return async () => held
    const file = files.find(({ key, path }) => key && !isCertificate(key.blob) && equalBytes(key.blob, blob) && isPrivate(path))
    return file && (async () => lazySigner(file.key!, file.path, opening))
  }
  const certificates = certificatesOf(config.certificateFile).flatMap((certificate): Identity[] => {
    const sign = agentHas(certificate.blob) ? async () => agentHas(certificate.blob)! : certified(certificate, signerFor)
    return sign ? [{ name: certificate.path, source: agentHas(certificate.blob) ? 'agent' : 'file', publicKey: certificate.blob, signer: sign }] : []
  })
  const inBoth = files.flatMap(({ path, key }) => key && agentHas(key.blob) ? [agentIdentity(agentHas(key.blob)!, path)] : [])
  const named = (blob: Uint8Array) => files.some(({ key }) => key && equalBytes(key.blob, blob))
  const agentOnly = config.identitiesOnly ? [] : agentKeys.filter(({ publicKey }) => !named(publicKey)).map((identity) => agentIdentity(identity))
  const filesOnly = files.filter(({ key }) => !key || !agentHas(key.blob)).flatMap((file) => fileIdentity(file, opening, signerFor))
  return unique([...certificates, ...inBoth, ...agentOnly, ...filesOnly]).filter(({ publicKey, name }) => isAllowed(publicKey, name, opening))
    .map((identity) => ({ ...identity, signer: async () => acceptedSignatures(await identity.signer(), config) }))
}

function agentIdentity(identity: AgentIdentity, path?: string): Identity {
  return { name: path ?? identity.comment, source: 'agent', publicKey: identity.publicKey, signer: async () => identity }
}

/** The keys of IdentityFile, and the certificates beside them if CertificateFile names none. */
function fileKeys({ config, person }: KeyOpening): FileKey[] {
  return config.identityFile.flatMap((path): FileKey[] => {
    const key = publicKeyOf(path)
    if (!key && !config.identityFilesNamed && !readKeyFile(path)) {
      person.tell(`no identity file: ${path}`, 'DEBUG')
      return []
    }
    const certificate = config.certificateFile.length > 0 ? undefined : publicKeyFile(`${path}-cert.pub`)
    const usable = certificate && isCertificate(certificate.blob)
    return [{ path, key }, ...usable ? [{ path: `${path}-cert`, key: certificate }] : []]
  })
}

function isPrivate(path: string): boolean {
  return /PRIVATE KEY|^PuTTY-User-Key-File/.test(readKeyFile(path)?.text ?? '')
}

/** Needs the private key: with only the public key nothing can be signed. */
function fileIdentity({ path, key }: FileKey, opening: KeyOpening, signerFor: (blob: Uint8Array) => (() => Promise<Signer>) | undefined): Identity[] {
  if (key && isCertificate(key.blob)) {
    const own = isPrivate(path) ? async () => certifiedSigner(await openKeyFile(path, opening), key.blob) : undefined
    const signer = certified({ ...key, path }, signerFor) ?? own
    return signer ? [{ name: path, source: 'file', publicKey: key.blob, signer }] : []
  }
  if (isPrivate(path)) return [{ name: path, source: 'file', publicKey: key?.blob, signer: async () => key ? lazySigner(key, path, opening) : await openKeyFile(path, opening) }]
  // One that the user named: opening it says what is wrong with it, when its turn comes.
  return opening.config.identityFilesNamed ? [{ name: path, source: 'file', publicKey: undefined, signer: () => openKeyFile(path, opening) }] : []
}

/** Opens the key's file, and asks for its passphrase, only when the server has said that it accepts the key. */
function lazySigner({ blob, comment }: PublicKey, path: string, opening: KeyOpening): Signer {
  let opened: Promise<Signer> | undefined
  return { publicKey: blob, comment, sign: async (data, algorithm) => (await (opened ??= openKeyFile(path, opening))).sign(data, algorithm) }
}

type PathKey = PublicKey & { readonly path: string }

function certificatesOf(paths: readonly string[]): PathKey[] {
  return paths.flatMap((path): PathKey[] => {
    const key = publicKeyFile(path)
    return key && isCertificate(key.blob) && parseCertificate(key.blob).role === 'user' ? [{ ...key, path }] : []
  })
}

/** Pairs a certificate with the key that it certifies, wherever that is. */
function certified(certificate: PathKey, signerFor: (blob: Uint8Array) => (() => Promise<Signer>) | undefined): (() => Promise<Signer>) | undefined {
  const sign = signerFor(parseCertificate(certificate.blob).publicKey)
  return sign && (async () => certifiedSigner(await sign(), certificate.blob))
}

function isAllowed(publicKey: Uint8Array | undefined, name: string, { config, person }: KeyOpening): boolean {
  if (!publicKey) return true
  const type = publicKeyType(publicKey)
  if (acceptedAlgorithms(type, config).length === 0) {
    person.tell(`Skipping ${type} key ${name}: it is not among the PubkeyAcceptedAlgorithms`, 'DEBUG')
    return false
  }
  if (plainName(type) === 'ssh-rsa' && parsePublicKey(publicKey).bits < config.requiredRSASize) {
    person.tell(`Skipping RSA key ${name}: it is shorter than RequiredRSASize`, 'INFO')
    return false
  }
  return signatureAlgorithms(type).length > 0
}

/** Offers the same key only once. */
function unique(identities: readonly Identity[]): Identity[] {
  return identities.filter(({ publicKey }, index) => !publicKey || identities.findIndex((other) => other.publicKey && equalBytes(other.publicKey, publicKey)) === index)
}
