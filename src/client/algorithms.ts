import type { Session } from '../bindings/session/session.ts'
import { CONTEXT } from '../bindings/session-context.ts'
import { SSHError } from '../errors/ssh-error.ts'
import {
  LIBSSH2_FLAG_COMPRESS, LIBSSH2_METHOD_COMP_CS, LIBSSH2_METHOD_COMP_SC, LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC, LIBSSH2_METHOD_HOSTKEY,
  LIBSSH2_METHOD_KEX, LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC,
} from '../ffi/constants.gen.ts'
import { isMlDsa } from '../keys/key-types.ts'
import { isPostQuantum } from './post-quantum.ts'

/** The kinds of algorithms that are negotiated (RFC 4253 section 7.1). Both directions use the same ones. */
export type AlgorithmKind = 'kex' | 'hostKey' | 'cipher' | 'mac' | 'compression'

/** Names to offer, in order of preference, for each kind that should differ from the default. */
export type Algorithms = Partial<Record<AlgorithmKind, readonly string[]>>

export interface AlgorithmOptions {
  readonly algorithms?: Algorithms | undefined
  /** Adds weak algorithms behind all others: SHA-1, CBC, `ssh-rsa`, group1. Only for servers that support nothing better. */
  readonly legacyAlgorithms?: boolean | undefined
  /** Offers zlib@openssh.com, which starts after authentication, before `none`. */
  readonly compress?: boolean | undefined
  /**
   * Allows only key exchanges that resist quantum computers, in every exchange of the connection. By default they merely come first. A server that
   * has none is refused before authentication: `ERR_NOT_POST_QUANTUM`.
   */
  readonly requirePostQuantum?: boolean | undefined
  /**
   * Refuses servers without strict key exchange before their host key is judged and before authentication: `ERR_NOT_STRICT_KEX`. With such servers somebody
   * on the network can remove messages at the start of the connection unnoticed, with chacha20-poly1305 and ciphers in encrypt-then-MAC.
   */
  readonly requireStrictKex?: boolean | undefined
}

/** The algorithms that were agreed upon. `mac` is `null` if the cipher authenticates by itself. */
export interface NegotiatedAlgorithms {
  readonly kex: string
  /** Whether `kex` protects against someone who records the traffic today and has a quantum computer tomorrow. */
  readonly postQuantum: boolean
  /** Whether the key exchanges are strict, so that nobody can remove messages before the login unnoticed (Terrapin, CVE-2023-48795). */
  readonly strictKex: boolean
  readonly hostKey: string
  readonly cipher: { readonly toServer: string, readonly fromServer: string }
  readonly mac: { readonly toServer: string | null, readonly fromServer: string | null }
  readonly compression: { readonly toServer: string, readonly fromServer: string }
}

/** Both directions of a kind get the same list. */
const METHODS: Readonly<Record<AlgorithmKind, readonly number[]>> = {
  kex: [LIBSSH2_METHOD_KEX],
  hostKey: [LIBSSH2_METHOD_HOSTKEY],
  cipher: [LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC],
  mac: [LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC],
  compression: [LIBSSH2_METHOD_COMP_CS, LIBSSH2_METHOD_COMP_SC],
}

/** Offered by default: post-quantum key exchanges first, then the cheap ones. Groups 16 and 18 take a second or more to compute, although in slices (`Driver.slice`). */
const DEFAULTS: Readonly<Record<AlgorithmKind, readonly string[]>> = {
  kex: [
    'mlkem768x25519-sha256', 'sntrup761x25519-sha512', 'sntrup761x25519-sha512@openssh.com', 'mlkem768nistp256-sha256', 'curve25519-sha256', 'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256', 'ecdh-sha2-nistp384', 'ecdh-sha2-nistp521',
    'diffie-hellman-group14-sha256', 'diffie-hellman-group-exchange-sha256', 'diffie-hellman-group16-sha512', 'diffie-hellman-group18-sha512',
  ],
  hostKey: [
    'ssh-ed25519-cert-v01@openssh.com', 'ecdsa-sha2-nistp256-cert-v01@openssh.com', 'ecdsa-sha2-nistp384-cert-v01@openssh.com',
    'ecdsa-sha2-nistp521-cert-v01@openssh.com', 'sk-ssh-ed25519-cert-v01@openssh.com', 'sk-ecdsa-sha2-nistp256-cert-v01@openssh.com',
    'rsa-sha2-512-cert-v01@openssh.com', 'rsa-sha2-256-cert-v01@openssh.com',
    'ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521',
    'sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com', 'rsa-sha2-512', 'rsa-sha2-256',
  ],
  cipher: [
    'chacha20-poly1305@openssh.com', 'aes256-gcm@openssh.com', 'aes128-gcm@openssh.com', 'aes256-ctr', 'aes192-ctr', 'aes128-ctr',
  ],
  mac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compression: ['none'],
}

const LEGACY: Readonly<Record<AlgorithmKind, readonly string[]>> = {
  kex: ['diffie-hellman-group14-sha1', 'diffie-hellman-group-exchange-sha1', 'diffie-hellman-group1-sha1'],
  hostKey: ['ssh-rsa-cert-v01@openssh.com', 'ssh-rsa'],
  cipher: ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'],
  mac: ['hmac-sha1-etm@openssh.com', 'hmac-sha1', 'hmac-sha1-96', 'hmac-md5'],
  compression: [],
}

/** The fastest ciphers where the runtime provides AES, by a factor of three. In WebAssembly chacha20-poly1305 is three times as fast as AES. */
const HOST_CIPHERS = ['aes256-gcm@openssh.com', 'aes128-gcm@openssh.com']

/** The names offered by default for a kind, in order of preference. */
export const defaultAlgorithms = (kind: AlgorithmKind): readonly string[] => DEFAULTS[kind]

/** The weak names of a kind, offered only to callers who ask for them. */
export const legacyAlgorithms = (kind: AlgorithmKind): readonly string[] => LEGACY[kind]

const KINDS = Object.keys(METHODS) as AlgorithmKind[]
const COMPRESSION = 'zlib@openssh.com'

/**
 * Sets what a session offers. `knownHostKeys` are the types under which the host is known: they move to the front, so that
 * the server presents a key that can be checked. `ssh-mldsa44-ed25519` is offered where such a key is known, or `algorithms` names it.
 * @throws SSHError `ERR_ALGORITHM` for an unknown name, for a weak one without `legacyAlgorithms`, and for `algorithms.kex` without any that
 * `requirePostQuantum` allows.
 */
export function offerAlgorithms(session: Session, options: AlgorithmOptions, knownHostKeys: readonly string[] = []): void {
  // Without the flag libssh2 does not know the names of compression methods.
  if (options.compress || options.algorithms?.compression) session.flag(LIBSSH2_FLAG_COMPRESS)
  for (const kind of KINDS) {
    const names = offer(kind, options, session, kind === 'hostKey' ? knownHostKeys.filter(isMlDsa) : [])
    const preferred = kind === 'hostKey' ? knownHostKeys : kind === 'cipher' && session[CONTEXT].instance.hostCrypto ? HOST_CIPHERS : []
    const ordered = (options.algorithms?.[kind] ? names : prefer(names, preferred)).join()
    for (const method of METHODS[kind]) session.methodPref(method, ordered)
  }
}

function offer(kind: AlgorithmKind, options: AlgorithmOptions, session: Session, more: readonly string[]): readonly string[] {
  const names = named(kind, options, session, more)
  if (kind !== 'kex' || !options.requirePostQuantum) return names
  const hybrids = names.filter(isPostQuantum)
  if (hybrids.length === 0) throw new SSHError('algorithms.kex has no post-quantum key exchange, which requirePostQuantum needs', { code: 'ERR_ALGORITHM' })
  return hybrids
}

/** The module knows all of ours, so it is only asked about the caller's. */
function named(kind: AlgorithmKind, { algorithms, legacyAlgorithms = false, compress = false }: AlgorithmOptions, session: Session, more: readonly string[]): readonly string[] {
  const chosen = algorithms?.[kind]
  if (!chosen) return [...compress && kind === 'compression' ? [COMPRESSION] : [], ...DEFAULTS[kind], ...more, ...legacyAlgorithms ? LEGACY[kind] : []]
  const supported = session.supportedAlgs(METHODS[kind][0] as number)
  for (const name of chosen) {
    if (!supported.includes(name)) throw refused(kind, name, name.startsWith('ssh-dss') ? '(DSA) is too weak, and not supported' : 'is not supported')
    if (!legacyAlgorithms && LEGACY[kind].includes(name)) throw refused(kind, name, 'is weak: it needs legacyAlgorithms')
  }
  if (chosen.length === 0) throw new SSHError(`algorithms.${kind} is empty`, { code: 'ERR_ALGORITHM' })
  return chosen
}

const refused = (kind: AlgorithmKind, name: string, why: string) => new SSHError(`algorithms.${kind}: ${JSON.stringify(name)} ${why}`, { code: 'ERR_ALGORITHM' })

function prefer(names: readonly string[], first: readonly string[]): readonly string[] {
  return [...names.filter((name) => first.includes(name)), ...names.filter((name) => !first.includes(name))]
}

export function negotiatedAlgorithms(session: Session): NegotiatedAlgorithms {
  const name = (method: number) => session.methods(method) ?? ''
  const mac = (method: number) => {
    const agreed = session.methods(method)
    return agreed === null || /^<|^INTEGRATED|^none/i.test(agreed) || agreed === '' ? null : agreed
  }
  const kex = name(LIBSSH2_METHOD_KEX)
  return {
    kex,
    postQuantum: isPostQuantum(kex),
    strictKex: session.strictKex(),
    hostKey: name(LIBSSH2_METHOD_HOSTKEY),
    cipher: { toServer: name(LIBSSH2_METHOD_CRYPT_CS), fromServer: name(LIBSSH2_METHOD_CRYPT_SC) },
    mac: { toServer: mac(LIBSSH2_METHOD_MAC_CS), fromServer: mac(LIBSSH2_METHOD_MAC_SC) },
    compression: { toServer: name(LIBSSH2_METHOD_COMP_CS), fromServer: name(LIBSSH2_METHOD_COMP_SC) },
  }
}
