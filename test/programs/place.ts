import { spawn } from 'node:child_process'
import { chmodSync, closeSync, cpSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startSshd } from '../support/sshd.ts'
import { plainNamespace } from '../support/sshd-login.ts'
import { currentUser } from '../support/ssh-server.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import type { Job } from './job.ts'

const PROGRAM = fileURLToPath(new URL('../../dist/libssh2-wasm.js', import.meta.url))
const PRELUDE = fileURLToPath(new URL('./prelude.sh', import.meta.url))

/** Which program is /usr/bin/ssh while a job runs. */
export type Which = 'stock' | 'ours'

export interface Outcome {
  /** The exit code, or the signal that ended the job. */
  readonly code: number | NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** The exit code of a job that cannot run on this machine: the reason is the last line of its stderr. */
export const CANNOT_RUN = 77

/** Milliseconds for one run of a job. It is only reached by one that hangs. */
const LIMIT = 240_000

/**
 * Runs a job with one of the two programs in the place of /usr/bin/ssh, against an sshd of its own.
 *
 * The job has a mount namespace, in which its user's home is empty but for ~/.ssh and /usr/bin/ssh is the program, and a process namespace, which ends whatever the job
 * leaves behind. The server has another empty home.
 */
export async function runJob(job: Job, which: Which): Promise<Outcome> {
  const directory = temporaryDirectory(`program-${which}`)
  // Both sides pass through it.
  chmodSync(directory.path, 0o755)
  await using server = await startSshd({ config: ['AcceptEnv LANG LC_* GIT_PROTOCOL JOB_*', 'PermitUserRC yes', ...job.sshd] })
  try {
    const namespace = plainNamespace(currentUser(), directory)
    const home = directory.file('home'), ssh = `${home}/.ssh`
    for (const folder of [ssh, directory.file('far')]) mkdirSync(folder, { mode: 0o700 })
    cpSync(server.keys.ed25519.path, `${ssh}/id_ed25519`)
    cpSync(`${server.keys.ed25519.path}.pub`, `${ssh}/id_ed25519.pub`)
    chmodSync(`${ssh}/id_ed25519`, 0o600)
    writeFileSync(`${ssh}/known_hosts`, server.hostKeys.map(({ publicKey }) => `[127.0.0.1]:${server.port} ${publicKey}\n`).join(''))
    writeFileSync(`${ssh}/config`, `Host demo demo2\n  HostName 127.0.0.1\n  Port ${server.port}\n`)
    const ours = directory.file('ssh-of-this-project')
    writeFileSync(ours, `#!/bin/sh\nexec ${process.execPath} ${PROGRAM} ssh "$@"\n`, { mode: 0o755 })
    const words = [
      'setpriv', '--pdeathsig', 'KILL', 'unshare', '--pid', '--fork', '--kill-child', '--mount-proc', ...namespace,
      'sh', '-c', `${which === 'ours' ? `mount --bind '${ours}' /usr/bin/ssh && ` : ''}cd && setsid --wait bash '${PRELUDE}' '${job.path}'; exit $?`,
    ]
    const environment = {
      PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', HOME: '/mnt', USER: currentUser(), LOGNAME: currentUser(), SHELL: '/bin/sh', LANG: 'C.UTF-8', TERM: 'xterm', TZ: 'UTC',
      FAR: directory.file('far'), PORT: String(server.port), SSH: which === 'ours' ? ours : '/usr/bin/ssh', WHICH: which,
    }
    const { code, stdout, stderr } = await finished(words, environment, directory)
    const plain = (text: string) => text.replaceAll(directory.path, 'PLACE').replaceAll(String(server.port), 'PORT').replaceAll(ours, '/usr/bin/ssh').replaceAll('PLACE/ssh-of-this-project', '/usr/bin/ssh')
    return { code, stdout: plain(stdout), stderr: plain(stderr) }
  } finally {
    directory.remove()
  }
}

/** Runs a command to its end. Its output goes to files, which a process that it leaves behind does not keep open. */
async function finished([command, ...args]: readonly string[], env: Record<string, string>, directory: TemporaryDirectory): Promise<Outcome> {
  const names = ['stdout', 'stderr'].map((name) => directory.file(name)), files = names.map((name) => openSync(name, 'w'))
  const child = spawn(command!, args, { env, stdio: ['ignore', ...files] })
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT)
  const code = await new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (number, signal) => resolve(number ?? signal))
  })
  clearTimeout(timer)
  for (const file of files) closeSync(file)
  const [stdout, stderr] = names.map((name) => readFileSync(name, 'utf8'))
  return { code, stdout: stdout!, stderr: stderr! }
}
