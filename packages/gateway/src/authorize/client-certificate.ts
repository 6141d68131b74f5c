import { type Authorize, type AuthorizeRequest, refuse } from '../policy/authorize.ts'

export interface ClientCertificateOptions {
  /** Whom a certificate stands for; default: its common name. Undefined refuses. */
  readonly user?: ((certificate: NonNullable<AuthorizeRequest['certificate']>) => string | undefined) | undefined
}

/** The certificate that the client showed in the TLS handshake, which `listen.tls.clientCa` has to have signed. */
export function clientCertificate({ user = ({ subject }) => subject['CN'] }: ClientCertificateOptions = {}): Authorize {
  return ({ certificate }) => {
    if (!certificate) return refuse('no certificate')
    const name = user(certificate)
    return name ? { user: name } : refuse('the certificate names no user')
  }
}
