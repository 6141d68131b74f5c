// A session over WebTransport, in Deno and in browsers; both ways at once, so that neither direction waits for the other.
import { connect, knownHosts, publicKey } from 'libssh2-wasm/inline'
import { connectWebTransport } from 'libssh2-wasm/webtransport'

const hex = async (data) => Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', data)), (byte) => byte.toString(16).padStart(2, '0')).join('')

export async function run({ url, certificate, host, port, username, known, key }) {
  const transport = await connectWebTransport(url, { serverCertificateHashes: [{ algorithm: 'sha-256', value: Uint8Array.from(certificate) }] })
  const client = await connect({ transport, host, port, username, hostKey: knownHosts(known), auth: [publicKey(key)] })
  const { stdout } = await client.run('echo over HTTP/3')
  const data = new Uint8Array(5 << 20).map((_, at) => at * 7 + (at >> 8))
  const { stdoutBytes } = await client.run('cat', { stdin: data })
  const equal = await hex(data) === await hex(stdoutBytes)
  const { exit } = await client.run('exit 7')
  await client.close()
  return `${stdout.trim()}, ${stdoutBytes.length} bytes, equal: ${equal}, exit code ${exit.code}`
}

/** A host that cannot be reached is an error, not silence. */
export async function refused({ url, certificate }) {
  return connectWebTransport(url, { signal: AbortSignal.timeout(20_000), serverCertificateHashes: [{ algorithm: 'sha-256', value: Uint8Array.from(certificate).reverse() }] })
    .then(() => 'connected', (error) => `${error.name} ${error.code}`)
}
