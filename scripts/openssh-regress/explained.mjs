// Tests of OpenSSH's suites that this program does not pass, with the reason; each has been looked into. The document has these words.

/** @type {Readonly<Record<string, string>>} */
const EVERYWHERE = {
  dhgex: 'it reads the sizes of the groups from OpenSSH\'s debug messages, and wants a size by the strength of the cipher; this client asks every server for the same sizes',
  rekey: 'it counts OpenSSH\'s debug messages "NEWKEYS sent", of which this program writes none; that it exchanges keys as RekeyLimit says is in `test/cli/rekey-limit.test.ts`, by the server\'s log',
}
const NO_PRINCIPALS = 'a host certificate that names no host is refused, as OpenSSH does since 10.3 (this suite wants it accepted for every host)'

/** By suite and test. @type {Readonly<Record<string, Readonly<Record<string, string>>>>} */
export const EXPLAINED = {
  installed: {
    ...EVERYWHERE,
    kextype: 'it writes our list (-Q kex) into the configuration of this sshd, which lacks mlkem768x25519-sha256 and mlkem768nistp256-sha256, and then refuses to start: all methods fail alike, those that it has too',
    'cert-hostkey': NO_PRINCIPALS,
  },
  '10.0': { ...EVERYWHERE, 'cert-hostkey': NO_PRINCIPALS },
  newest: {
    ...EVERYWHERE,
    'ssh-pkcs11': 'this program loads no libraries of PKCS#11 (PKCS11Provider), and says so: their keys are in the agent (`ssh-add -s`), whose tests pass',
  },
}
