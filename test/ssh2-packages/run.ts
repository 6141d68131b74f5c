import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SshServer } from '../support/ssh-server.ts'

const programs = fileURLToPath(new URL('programs/', import.meta.url))

/** What a program printed, and how it ended. */
export interface Outcome {
  /** What it told; the text as it is where it was no JSON. */
  readonly facts: unknown
  readonly stderr: string
  /** Exit code; `null` if it had to be ended. */
  readonly code: number | null
}

/** Runs a program of programs/ in a project that has the packages. Nothing ends it but itself. */
export function runProgram(project: string, name: string, server: SshServer, work: string): Promise<Outcome> {
  cpSync(programs, join(project, 'programs'), { recursive: true })
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  const { host, port, user, keys, hostKeys } = server
  // The host is known, as it is to a person who has been there; nothing else is.
  const home = join(project, 'home')
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 })
  writeFileSync(join(home, '.ssh/known_hosts'), hostKeys.map(({ publicKey }) => `[${host}]:${port} ${publicKey}\n`).join(''))
  const SERVER = JSON.stringify({ host, port, username: user, privateKey: readFileSync(keys.ed25519.path, 'utf8'), folder: work })
  return new Promise((resolve) => {
    execFile(process.execPath, [join(project, 'programs', `${name}.cjs`)], { cwd: project, env: { ...process.env, SERVER, HOME: home, SSH2_HOST_KEYS: 'strict' }, timeout: 90_000, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      resolve({ facts: parsed(stdout), stderr: stderr.replaceAll(/\(node:\d+\)/g, '(node)').replaceAll(String(port), 'PORT'), code: error ? typeof error.code === 'number' ? error.code : null : 0 })
    })
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(/^FACTS (.*)$/m.exec(text)?.[1] ?? '')
  } catch {
    return text
  }
}

/** Native addons below a folder. */
export function nativeAddons(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.node'))
}
