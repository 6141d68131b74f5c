/** Key exchanges whose secret a quantum computer cannot find: hybrids of a curve with ML-KEM-768 (RFC 10042) or sntrup761 (RFC 9941). */
const POST_QUANTUM: readonly string[] = [
  'mlkem768x25519-sha256', 'sntrup761x25519-sha512', 'sntrup761x25519-sha512@openssh.com', 'mlkem768nistp256-sha256',
]

export const isPostQuantum = (kex: string): boolean => POST_QUANTUM.includes(kex)
