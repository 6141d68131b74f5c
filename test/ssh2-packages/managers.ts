import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { npm, packBoth, PACKAGES } from './install.ts'

const run = promisify(execFile)

/** A package manager other than npm, and how its projects put the drop-in in the place of `ssh2`. */
export interface Manager {
  readonly name: string
  /** What npm installs it as, the version that this was made with, and its program. */
  readonly specifier: string
  readonly program: string
  /** Where the replacement is written, as the document says it. */
  readonly line: string
  readonly files: (replaced: Readonly<Record<string, string>>) => Readonly<Record<string, string>>
}

const project = (more: object = {}) => JSON.stringify({ private: true, dependencies: { 'ssh2-sftp-client': PACKAGES['ssh2-sftp-client'] }, ...more })

export const MANAGERS: readonly Manager[] = [
  { name: 'pnpm 9', specifier: 'pnpm@9.15.9', program: 'pnpm/bin/pnpm.cjs', line: '`pnpm.overrides` in package.json', files: (overrides) => ({ 'package.json': project({ pnpm: { overrides } }) }) },
  {
    name: 'pnpm 10', specifier: 'pnpm@10.34.8', program: 'pnpm/bin/pnpm.cjs', line: '`overrides` in pnpm-workspace.yaml',
    files: (overrides) => ({ 'package.json': project(), 'pnpm-workspace.yaml': `overrides:\n${Object.entries(overrides).map(([name, place]) => `  ${name}: '${place}'\n`).join('')}` }),
  },
  { name: 'Yarn 1', specifier: 'yarn@1.22.22', program: 'yarn/bin/yarn.js', line: '`resolutions` in package.json', files: (resolutions) => ({ 'package.json': project({ resolutions }) }) },
  {
    name: 'Yarn 4', specifier: '@yarnpkg/cli-dist@4.18.1', program: '@yarnpkg/cli-dist/bin/yarn.js', line: '`resolutions` in package.json, `nodeLinker: node-modules`',
    files: (resolutions) => ({ 'package.json': project({ resolutions }), '.yarnrc.yml': 'nodeLinker: node-modules\nenableScripts: false\n', 'yarn.lock': '' }),
  },
]

/** Installs a manager with npm, and with it a project that has ssh2-sftp-client and the drop-in. @returns the project's folder */
export async function installWith({ specifier, program, files }: Manager, folder: string): Promise<string> {
  const tools = join(folder, 'tools')
  const made = join(folder, 'project')
  for (const path of [tools, made]) mkdirSync(path, { recursive: true })
  writeFileSync(join(tools, 'package.json'), JSON.stringify({ private: true }))
  await npm(tools, 'install', specifier)
  const { core, dropIn } = await packBoth(join(folder, 'packed'))
  for (const [name, text] of Object.entries(files({ ssh2: dropIn, 'libssh2-wasm': core }))) writeFileSync(join(made, name), text)
  // Yarn 4 does not read npm's settings: it asks the registry that npm asks.
  const registry = (await run('npm', ['config', 'get', 'registry'], { cwd: folder })).stdout.trim()
  const env = {
    ...process.env, HOME: folder, XDG_DATA_HOME: join(folder, 'data'), YARN_NPM_REGISTRY_SERVER: registry, YARN_UNSAFE_HTTP_WHITELIST: new URL(registry).hostname, YARN_ENABLE_TELEMETRY: '0',
    npm_config_registry: registry, npm_config_ignore_scripts: 'true', npm_config_manage_package_manager_versions: 'false', CI: '',
  }
  await run(process.execPath, [join(tools, 'node_modules', program), 'install'], { cwd: made, env, timeout: 240_000, maxBuffer: 64 << 20 })
  return made
}
