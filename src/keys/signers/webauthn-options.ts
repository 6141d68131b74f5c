/** The request to an authenticator: a `PublicKeyCredentialRequestOptions`. */
export interface CredentialRequest {
  challenge: Uint8Array<ArrayBuffer>
  rpId: string
  allowCredentials: { type: 'public-key', id: Uint8Array<ArrayBuffer> }[]
  userVerification: 'required' | 'preferred' | 'discouraged'
  timeout?: number
}

/** The part of `navigator.credentials` that is used. */
export interface Credentials {
  get(options: { publicKey: CredentialRequest, signal?: AbortSignal }): Promise<unknown>
}

export interface WebAuthnSignerOptions {
  /** The `.pub` line or blob of the credential's key: `sk-ecdsa-sha2-nistp256@openssh.com` with the relying party's id as application. */
  readonly publicKey: string | Uint8Array
  /** The credential's raw id, from registration. */
  readonly credentialId: Uint8Array
  readonly userVerification?: 'required' | 'preferred' | 'discouraged'
  /** Milliseconds that the authenticator may take. */
  readonly timeout?: number
  readonly signal?: AbortSignal
  /** `navigator.credentials` by default. */
  readonly credentials?: Credentials
}
