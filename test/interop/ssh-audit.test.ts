import { describe, expect, it } from 'vitest'
import { LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC, LIBSSH2_METHOD_HOSTKEY, LIBSSH2_METHOD_KEX, LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC } from '../../src/bindings/index.ts'
import { auditClient, type Audit } from '../support/ssh-audit.ts'
import { requirePeer } from '../support/require-peer.ts'
import { supported } from './exchange.ts'

const complaints = ({ findings }: Audit) => findings.flatMap(({ algorithm, notes }) => [...(notes.fail ?? []), ...(notes.warn ?? [])].map((note) => `${algorithm}: ${note}`))

/**
 * Its opinions that our defaults do not share, because many servers have nothing else: OpenSSH's client has them all by default too.
 * What ssh-audit thinks of the curves of NIST it thinks of every client that can talk to a server with an ECDSA host key.
 */
const accepted = [
  /^(ecdh|ecdsa|sk-ecdsa)-sha2-nistp\S+: using elliptic curves that are suspected as being backdoored/,
  /^(sk-)?ecdsa-sha2-nistp\S+: using weak random number generator could reveal the key$/,
  /^hmac-sha2-(256|512): using encrypt-and-MAC mode$/,
  // RFC 10042 is newer than ssh-audit 3.3.0.
  /^mlkem768nistp256-sha256: using unknown algorithm$/,
  /^diffie-hellman-group14-sha256: 2048-bit modulus only provides 112-bits of symmetric strength$/,
]

/** What our defaults have besides. docs/interop.md shows how to ask for no more than these. */
const strict = {
  kex: 'mlkem768x25519-sha256,sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512',
  hostKey: 'ssh-ed25519,rsa-sha2-512,rsa-sha2-256',
  mac: 'hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com',
}

describe.runIf(requirePeer('ssh-audit'))('ssh-audit looks at our client', () => {
  it('with default settings: no vulnerabilities, and no complaint but of NIST\'s curves, encrypt-and-MAC and 2048-bit Diffie-Hellman', async () => {
    const audit = await auditClient()
    // It has seen all of what is offered.
    const { kex, hostKey, cipher, mac } = (await supported()).byDefault
    expect(audit.findings.map(({ algorithm }) => algorithm)).toEqual([...kex, ...hostKey, ...cipher, ...mac])
    expect(complaints(audit).filter((complaint) => !accepted.some((pattern) => pattern.test(complaint)))).toEqual([])
    expect(audit.cves).toEqual([])
  })

  it('without those: nothing to complain of', async () => {
    const audit = await auditClient((session) => {
      session.methodPref(LIBSSH2_METHOD_KEX, strict.kex)
      session.methodPref(LIBSSH2_METHOD_HOSTKEY, strict.hostKey)
      for (const type of [LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC]) session.methodPref(type, strict.mac)
    })
    expect(audit.findings.length).toBeGreaterThan(10)
    expect(complaints(audit)).toEqual([])
  })

  it('with what we offer only by name: complaints', async () => {
    const audit = await auditClient((session) => {
      session.methodPref(LIBSSH2_METHOD_KEX, 'diffie-hellman-group1-sha1')
      for (const type of [LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC]) session.methodPref(type, '3des-cbc')
    })
    expect(complaints(audit).join('\n')).toMatch(/diffie-hellman-group1-sha1: [^]*3des-cbc: /)
  })
})
