import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type TemporaryDirectory, temporaryDirectory } from './temporary.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))

/** What npm fetches from its registry for the gateway and its terminal, as files: this project's packages and their dependencies. */
const PACKED = ['.', 'packages/gateway', 'packages/terminal', 'node_modules/ws', 'node_modules/jose', 'node_modules/@xterm/xterm']

export interface PackedTarballs {
  /** Commands of a document in which `npm install libssh2-wasm-…` takes these tarballs in the place of the registry. */
  offline(commands: string): string
  remove(): void
}

/** Builds and packs them. */
export function packTarballs(): PackedTarballs {
  const folder: TemporaryDirectory = temporaryDirectory('packed-tarballs')
  for (const script of ['packages/gateway/build.mjs', 'packages/terminal/build/build.mjs']) execFileSync(process.execPath, [script], { cwd: project, stdio: 'pipe' })
  for (const source of PACKED) execFileSync('npm', ['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder.path], { cwd: `${project}${source}`, stdio: 'pipe' })
  const tarballs = readdirSync(folder.path).map((name) => folder.file(name))
  if (tarballs.length !== PACKED.length) throw new Error(`${tarballs.length} tarballs of ${PACKED.length}`)
  return {
    offline: (commands) => commands.replace(/(npm install.*?)( libssh2-wasm-.*)$/m, (_, install: string) => `${install} --offline --ignore-scripts --no-audit --no-fund ${tarballs.join(' ')}`),
    remove: () => folder.remove(),
  }
}
