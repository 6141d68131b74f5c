import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { QuirkyServer } from './ssh-server.ts'

/** Why OpenSSH's `sftp` cannot serve as the control here; undefined when it can. */
export const missingSftp = existsSync('/usr/bin/sftp') ? undefined : '/usr/bin/sftp is not there (scripts/install-peers.sh)'
if (missingSftp !== undefined) console.warn(`skipped: controls with OpenSSH's sftp: ${missingSftp}`)

export interface Outcome {
  readonly code: number | null
  readonly output: string
}

/** What OpenSSH's own `sftp` makes of the server: the control of a quirk. Ends at the first command that fails. */
export function opensshSftp({ host, port }: Pick<QuirkyServer, 'host' | 'port'>, ...commands: string[]): Promise<Outcome> {
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'GlobalKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'IdentityAgent=none', 'ConnectTimeout=20']
  const child = spawn('sftp', ['-F', '/dev/null', '-b', '-', '-P', String(port), ...options.flatMap((option) => ['-o', option]), `tester@${host}`], { stdio: ['pipe', 'pipe', 'pipe'] })
  let output = ''
  const note = (chunk: string) => { output += chunk }
  child.stdout.setEncoding('utf8').on('data', note)
  child.stderr.setEncoding('utf8').on('data', note)
  // Where it cannot connect, it may end before it reads.
  child.stdin.on('error', () => {})
  child.stdin.end(`${commands.join('\n')}\n`)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
}
