import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, vi } from 'vitest'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'

// A test starts up to a dozen programs one after another: on a machine with other work that takes longer than the usual 20 s.
vi.setConfig({ testTimeout: 120_000 })

/** The program as the package has it. */
export const PROGRAM = fileURLToPath(new URL('../../dist/libssh2-wasm.js', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the program to its end, without a terminal. */
export function run(args: readonly string[], stdin: string | Uint8Array = ''): Promise<Ended> {
  // A session of its own has no /dev/tty: nobody can be asked.
  const child = spawn('setsid', ['--wait', process.execPath, PROGRAM, ...args], { stdio: 'pipe', env: { ...process.env, SSH_AUTH_SOCK: '' } })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (text: Buffer) => { stdout += text.toString() })
  child.stderr.on('data', (text: Buffer) => { stderr += text.toString() })
  child.stdin.on('error', () => {})
  child.stdin.end(stdin)
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })))
}

/** A configuration in which `demo` is the server. */
export function configFor(server: SshServer, files: TemporaryDirectory, extra: readonly string[] = []): string {
  const path = files.file('config')
  writeFileSync(files.file('known_hosts'), server.hostKeys.map(({ publicKey }) => `[127.0.0.1]:${server.port} ${publicKey}\n`).join(''))
  writeFileSync(path, [
    'Host demo', '  HostName 127.0.0.1', `  Port ${server.port}`, `  User ${server.user}`, `  IdentityFile ${server.keys.ed25519.path}`,
    '  GlobalKnownHostsFile none', ...extra.map((line) => `  ${line}`), `  UserKnownHostsFile ${files.file('known_hosts')}`, '',
  ].join('\n'))
  return path
}

/** What the tests of the program have. */
export interface Demo {
  readonly server: SshServer
  readonly files: TemporaryDirectory
  /** The path of a configuration in which `demo` is the server. */
  readonly config: string
}

/** An sshd and a configuration with it, for all tests of a file: they are there from the first test on. */
export function demoHost(name: string): Demo {
  const demo = {} as { -readonly [K in keyof Demo]: Demo[K] }
  beforeAll(async () => {
    demo.server = await startSshd()
    demo.files = temporaryDirectory(name)
    demo.config = configFor(demo.server, demo.files)
  })
  afterAll(async () => {
    await demo.server?.stop()
    demo.files?.remove()
  })
  return demo
}
