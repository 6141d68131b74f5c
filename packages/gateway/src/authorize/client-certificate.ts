import { type Authorize, type AuthorizeRequest, refuse } from '../policy/authorize.ts'

export interface ClientCertificateOptions {
  /** The user that a certificate stands for; by default its common name. Undefined refuses. */
  readonly user?: ((certificate: NonNullable<AuthorizeRequest['certificate']>) => string | undefined) | undefined
}

/** Accepts clients by the certificate of their TLS handshake, which `listen.tls.clientCa` must have signed. */
export function clientCertificate({ user = ({ subject }) => subject['CN'] }: ClientCertificateOptions = {}): Authorize {
  return ({ certificate }) => {
    if (!certificate) return refuse('no certificate')
    const name = user(certificate)
    return name ? { user: name } : refuse('the certificate names no user')
  }
}
