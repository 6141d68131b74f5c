export interface SSHErrorOptions {
  /** Stable string to match on, e.g. `ERR_LIBSSH2_SOCKET_RECV`. */
  readonly code: string
  /** libssh2's own number (negative), or 0 if the error is not libssh2's. */
  readonly errno?: number
  readonly cause?: unknown
}

/** Any failure of this library. Match on `code`; `errno` is libssh2's number (`LIBSSH2_ERROR_*`), 0 if there is none. */
export class SSHError extends Error {
  override name = 'SSHError'
  readonly code: string
  readonly errno: number
  /** Bytes that were written before the failure; only on errors of `Channel.write*`. */
  bytesWritten?: number

  constructor(message: string, options: SSHErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = options.code
    this.errno = options.errno ?? 0
  }
}

/**
 * A connection for a session could not be opened: the name has no address, nothing listens, or nothing answers. `code` is the system's
 * (`ECONNREFUSED`, `ENOTFOUND`, `ETIMEDOUT`, …), or `ERR_CONNECT` if the runtime gives none; `cause` is the runtime's own error.
 */
export class ConnectError extends SSHError {
  override name = 'ConnectError'
}

/**
 * The server (or the transport) ended the session. `reason` is the code of RFC 4253 section 11.1, 0 if none was sent. `description` is the server's
 * text, unchanged; `message` contains it with invisible characters escaped.
 */
export class DisconnectError extends SSHError {
  override name = 'DisconnectError'
  readonly reason: number
  readonly description: string

  constructor(message: string, options: SSHErrorOptions & { readonly reason?: number, readonly description?: string }) {
    super(message, options)
    this.reason = options.reason ?? 0
    this.description = options.description ?? ''
  }
}

/** The server's host key is unknown, changed, revoked or wrongly certified. Fingerprints are `SHA256:…`. */
export class HostKeyError extends SSHError {
  override name = 'HostKeyError'
  readonly expected: string | undefined
  readonly received: string | undefined

  constructor(message: string, options: SSHErrorOptions & { readonly expected?: string | undefined, readonly received?: string | undefined }) {
    super(message, options)
    this.expected = options.expected
    this.received = options.received
  }
}

/** One step of a login: a method or a public key, and its outcome. */
export interface AuthAttempt {
  /** The method's name in RFC 4252: `publickey`, `password`, `keyboard-interactive`, `none`. */
  readonly method: string
  /**
   * `accepted` by the server; `partial`: accepted, but the server wants another method as well; `refused` by the server;
   * `failed` on this side, before the server could decide: no agent, a key that cannot be read, a signer that does not sign.
   */
  readonly outcome: 'accepted' | 'partial' | 'refused' | 'failed'
  /** For a public key: its type, e.g. `ssh-ed25519`, or that of a certificate. */
  readonly keyType?: string | undefined
  /** For a public key: `SHA256:…`; for a certificate, the fingerprint of the key in it. */
  readonly fingerprint?: string | undefined
  /** For a public key that signed: the algorithm, e.g. `rsa-sha2-512`. */
  readonly algorithm?: string | undefined
  /** Why it was refused or failed. */
  readonly error?: Error | undefined
}

/** No authentication method succeeded (RFC 4252 section 5.1). */
export class AuthenticationError extends SSHError {
  override name = 'AuthenticationError'
  readonly methodsTried: readonly string[]
  /** The methods that the server would still accept, according to its last refusal. */
  readonly methodsLeft: readonly string[]
  /** Each method and key that was tried, in order, with its outcome. */
  readonly attempts: readonly AuthAttempt[]

  constructor(message: string, options: SSHErrorOptions & { readonly methodsTried?: readonly string[], readonly methodsLeft?: readonly string[], readonly attempts?: readonly AuthAttempt[] }) {
    super(message, options)
    this.methodsTried = options.methodsTried ?? []
    this.methodsLeft = options.methodsLeft ?? []
    this.attempts = options.attempts ?? []
  }
}

/**
 * A channel could not be opened, or refused a request. `reason` is the code of RFC 4254 section 5.1, 0 if none was sent. `description` is the
 * server's text, unchanged; `message` contains it with invisible characters escaped.
 */
export class ChannelError extends SSHError {
  override name = 'ChannelError'
  readonly reason: number
  readonly description: string

  constructor(message: string, options: SSHErrorOptions & { readonly reason?: number, readonly description?: string }) {
    super(message, options)
    this.reason = options.reason ?? 0
    this.description = options.description ?? ''
  }
}

/**
 * An SFTP request failed. `status` is the server's `SSH_FX_*` number, `operation` the request, `path` the file, `description` the server's text,
 * unchanged; `message` has path and text with invisible characters escaped.
 */
export class SftpError extends SSHError {
  override name = 'SftpError'
  readonly status: number
  /** `open`, `write`, `mkdir` or another request of the protocol, or the name of an extension; `undefined` if no single request failed. */
  readonly operation: string | undefined
  readonly path: string | undefined
  /** Undefined if the server has given none. */
  declare readonly description?: string

  constructor(message: string, options: SSHErrorOptions & { readonly status: number, readonly operation?: string | undefined, readonly path?: string | undefined }) {
    super(message, options)
    this.status = options.status
    this.operation = options.operation
    this.path = options.path
  }
}

/** A key file or key object cannot be used. Never contains secrets. */
export class KeyError extends SSHError {
  override name = 'KeyError'
}
