/** What is asked of an authenticator: a `PublicKeyCredentialRequestOptions`. */
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
  /** The credential's raw id, as registration gave it. */
  readonly credentialId: Uint8Array
  readonly userVerification?: 'required' | 'preferred' | 'discouraged'
  /** Milliseconds that the authenticator has. */
  readonly timeout?: number
  readonly signal?: AbortSignal
  /** `navigator.credentials` where left out. */
  readonly credentials?: Credentials
}
