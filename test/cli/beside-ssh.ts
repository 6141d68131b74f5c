import { spawn } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { type Ended, PROGRAM } from './program.ts'
import type { TemporaryDirectory } from '../support/temporary.ts'

/** Which program is `ssh`. */
export type Which = 'stock' | 'ours'

/** Paths of both programs, as other programs start them. Ours is a script, because they take one word. */
export function sshPrograms(files: TemporaryDirectory): Readonly<Record<Which, string>> {
  const ours = files.file('ssh-of-this-project')
  writeFileSync(ours, `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' ssh "$@"\n`)
  chmodSync(ours, 0o755)
  return { stock: '/usr/bin/ssh', ours }
}

/**
 * Runs a program to its end, without a terminal that could ask somebody.
 * @param options.during Called at the start; the input ends when it resolves.
 */
export function ended([file, ...args]: readonly string[], { env = {}, during, stdin = '' }: { readonly env?: Readonly<Record<string, string>>, readonly during?: () => Promise<void>, readonly stdin?: string } = {}): Promise<Ended> {
  const child = spawn('setsid', ['--wait', file!, ...args], { stdio: 'pipe', env: { ...process.env, SSH_AUTH_SOCK: '', ...env } })
  let stdout = '', stderr = ''
  child.stdout.on('data', (text: Buffer) => { stdout += text.toString() })
  child.stderr.on('data', (text: Buffer) => { stderr += text.toString() })
  child.stdin.on('error', () => {})
  const close = () => { child.stdin.end(stdin) }
  const used = during?.().finally(close)
  if (!used) close()
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => { Promise.resolve(used).then(() => resolve({ code, stdout, stderr }), reject) })
  })
}
