import { execFileSync } from 'node:child_process'

/** A certificate of `localhost` that nobody has vouched for, with its key; by openssl(1). */
export function selfSigned(): { readonly key: string, readonly cert: string } {
  const text = execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-keyout', '-', '-out', '-'], { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' })
  const [key] = /-----BEGIN PRIVATE KEY-----[^]*?-----END PRIVATE KEY-----\n/.exec(text)!
  const [cert] = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----\n/.exec(text)!
  return { key, cert }
}
