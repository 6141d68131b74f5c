import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const apps = fileURLToPath(new URL('apps', import.meta.url))

/** A user's project: one of apps/, with what it depends on. */
export interface Project {
  readonly folder: string
  readonly file: (name: string) => string
  /** Runs a program there. @returns what it printed to stdout */
  run(program: string, args: readonly string[], options?: { readonly cwd?: string, readonly env?: Readonly<Record<string, string>> }): Promise<string>
  /** Runs a program of node_modules/.bin. */
  bin(name: string, ...args: readonly string[]): Promise<string>
}

/** The variables that a user's shell has, and none of Vitest's. */
export const userEnvironment = (more: Readonly<Record<string, string>> = {}): Record<string, string> =>
  ({ PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', NO_COLOR: '1', CI: '1', NEXT_TELEMETRY_DISABLED: '1', ASTRO_TELEMETRY_DISABLED: '1', DENO_NO_UPDATE_CHECK: '1', ...more })

/** @returns its stdout @throws Error with all that it printed */
export async function runProgram(program: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { cwd, env: userEnvironment(env), timeout: 400_000, maxBuffer: 1 << 26 })).stdout
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { readonly stdout?: string, readonly stderr?: string }
    throw new Error(`${message}\n${stdout}${stderr}`, { cause: error })
  }
}

/**
 * Makes `folder` anew from apps/`app`, with the packed package and `dependencies` from the registry, as `npm install` does.
 * @param node runs the tools of the project
 */
export async function makeProject(folder: string, app: string, tarball: string, dependencies: Readonly<Record<string, string>>, { node, type }: { readonly node: string, readonly type: 'module' | 'commonjs' }): Promise<Project> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  cpSync(join(apps, app), folder, { recursive: true })
  cpSync(join(apps, 'say.js'), join(folder, 'say.js'))
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ name: 'app', version: '1.0.0', private: true, type, dependencies: { 'libssh2-wasm': `file:${tarball}`, ...dependencies } }, null, 2)}\n`)
  const offline = Object.keys(dependencies).length === 0 ? ['--offline'] : ['--prefer-offline']
  await runProgram('npm', ['install', ...offline, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], folder)
  const run: Project['run'] = (program, args, { cwd = folder, env } = {}) => runProgram(program, args, cwd, env)
  return { folder, file: (name) => join(folder, name), run, bin: (name, ...args) => run(node, [join(folder, 'node_modules/.bin', name), ...args]) }
}
