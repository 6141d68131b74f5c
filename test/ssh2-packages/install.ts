import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const project = fileURLToPath(new URL('../../', import.meta.url))

/** Packages that stand on `ssh2`, with the versions that this was made with. */
export const PACKAGES = {
  'ssh2-sftp-client': '12.1.1', 'node-ssh': '13.2.1', 'tunnel-ssh': '5.2.0', dockerode: '5.0.1', 'ssh2-promise': '1.0.3', 'simple-ssh': '1.1.1', 'ssh-remote-port-forward': '1.0.4',
} as const

/** Runs npm; nothing that a package brings is run. */
export async function npm(cwd: string, ...args: string[]): Promise<void> {
  await run('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd, timeout: 240_000 })
}

/** Packs the core and ssh2-wasm into `folder`. @returns their tarballs, as a package.json names them */
export async function packBoth(folder: string): Promise<{ readonly core: string, readonly dropIn: string }> {
  mkdirSync(folder, { recursive: true })
  await npm(project, 'pack', '--pack-destination', folder)
  await npm(join(project, 'packages/ssh2-wasm'), 'pack', '--pack-destination', folder)
  const named = (pattern: RegExp) => `file:${join(folder, String(readdirSync(folder).find((name) => pattern.test(name))))}`
  return { core: named(/^libssh2-wasm-\d/), dropIn: named(/^ssh2-wasm-/) }
}

/** Makes of an empty folder a project with the packages above, as a user's with one line more where it has the drop-in. */
export async function installPackages(folder: string, which: 'npm ssh2' | 'the drop-in'): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const overrides = which === 'npm ssh2' ? {} : await packBoth(folder).then(({ core, dropIn }) => ({ ssh2: dropIn, 'libssh2-wasm': core }))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: PACKAGES, overrides }))
  await npm(folder, 'install')
}
