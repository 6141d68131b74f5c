import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { TemporaryDirectory } from '../../support/temporary.ts'

export interface Presented {
  readonly host: string
  readonly port: number
  /** Path of the host's private key. */
  readonly keyPath: string
  /** Path of a certificate for it. */
  readonly certificatePath?: string
  readonly hostKeyAlgorithms: string
}

const VERDICTS: readonly (readonly [RegExp, string])[] = [
  [/is marked as revoked/, 'ERR_HOST_KEY_REVOKED'],
  [/IDENTIFICATION HAS CHANGED/, 'ERR_HOST_KEY_CHANGED'],
  [/host key is known for/, 'ERR_HOST_KEY_UNKNOWN'],
  [/Permission denied/, 'accepted'],
]

let files = 0

/** What OpenSSH's client says of a host key under known_hosts text, with StrictHostKeyChecking=yes: `accepted` or our code for its refusal. A real sshd presents the key, without a network. */
export async function sshVerdict(directory: TemporaryDirectory, knownHosts: string, { host, port, keyPath, certificatePath, hostKeyAlgorithms }: Presented): Promise<string> {
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const config = directory.file(`sshd-${++files}`), known = directory.file(`known-${files}`)
  writeFileSync(known, knownHosts)
  writeFileSync(config, [`HostKey ${keyPath}`, ...(certificatePath ? [`HostCertificate ${certificatePath}`] : []), 'PidFile none', 'UsePAM no', 'PasswordAuthentication no', 'KbdInteractiveAuthentication no', ''].join('\n'))
  const options = [`UserKnownHostsFile=${known}`, 'GlobalKnownHostsFile=/dev/null', 'StrictHostKeyChecking=yes', 'BatchMode=yes', 'IdentityFile=none', 'IdentityAgent=none', `HostKeyAlgorithms=${hostKeyAlgorithms}`, `ProxyCommand=/usr/sbin/sshd -i -f ${config}`]
  const log = await new Promise<string>((resolve) => {
    execFile('ssh', ['-F', 'none', '-p', String(port), ...options.flatMap((option) => ['-o', option]), `nobody@${host}`, 'true'], { timeout: 10_000 }, (_error, _stdout, stderr) => resolve(stderr))
  })
  const verdict = VERDICTS.find(([pattern]) => pattern.test(log))
  if (!verdict) throw new Error(`no verdict in what ssh said:\n${log}`)
  return verdict[1]
}
