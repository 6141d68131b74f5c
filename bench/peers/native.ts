/** libssh2 in C: native/bench-client.c, linked with two versions of it. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Timing } from '../types.ts'
import { measured } from './measured.ts'
import { CIPHERS, type Peer } from './peer.ts'

const WORKLOADS = ['exec-download', 'exec-upload', 'sftp-get', 'sftp-put', 'first-output']

/** @param name of its program in build/bench/ */
export function nativePeer(name: string, title: string): Peer {
  const program = fileURLToPath(new URL(name, import.meta.url))
  return {
    name, title,
    ciphers: CIPHERS,
    missing: () => (existsSync(program) ? undefined : `could not be built: see build/bench/*.log`),
    can: (workload) => WORKLOADS.includes(workload),
    async run({ workload, target: { host, port, user, seedFile }, cipher = '-', bytes, count, remote, local }, enter) {
      const { stdout, cpu, memory } = await measured([...enter, program, workload, host, String(port), user, seedFile, cipher, String(bytes), String(count), remote, local])
      return { ...JSON.parse(stdout) as Timing, cpu, memory }
    },
  }
}

export const nativePeers: readonly Peer[] = [
  nativePeer('libssh2-mbedtls', 'native libssh2 with mbedTLS, patched as ours'),
  nativePeer('libssh2-openssl', 'native libssh2 1.11.1 with OpenSSL'),
]
