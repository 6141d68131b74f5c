import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const project = fileURLToPath(new URL('../../', import.meta.url))

/** Turns `folder` into a user's project: the packed package in node_modules, installed from its tarball. It needs no registry, because it has no dependencies. */
export function installPackedPackage(folder: string): void {
  const npm = (cwd: string, ...args: string[]) => execFileSync('npm', [...args, '--ignore-scripts', '--loglevel=error'], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  mkdirSync(folder, { recursive: true })
  npm(project, 'pack', '--pack-destination', folder)
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) as string
  writeFileSync(`${folder}/package.json`, '{ "private": true, "type": "module" }\n')
  npm(folder, 'install', '--offline', '--no-audit', '--no-fund', `./${tarball}`)
}
