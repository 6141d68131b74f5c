// The package as JSR would have it, for Deno: the ES modules of dist/ with the choices of the `#` imports that Deno makes, and each entry with its declarations.
// https://jsr.io/docs/publishing-packages. `deno publish --dry-run` checks it; nobody publishes it from here.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { OWNER } from '../../package.config.mjs'
import { modules } from '../build/entries.mjs'

const DENO = '.cache/runtimes/bin/deno'

/** Entries of other runtimes, whose own modules Deno does not have, and those that belong to packages of npm. */
const ELSEWHERE = new Set(['cloudflare', 'bun', 'direct-sockets', 'xterm', 'ssh2'])

/** What Deno takes of a condition's targets. @param {Readonly<Record<string, string>>} targets */
const forDeno = targets => targets.deno ?? targets.default

/** Puts the declarations of a module in front of it, which must not change globals there: Deno has those of Node. @param {string} path of the module, without its ending */
function withTypes(path) {
  const text = existsSync(`${path}.js`) ? readFileSync(`${path}.js`, 'utf8') : 'export {}\n'
  writeFileSync(`${path}.d.ts`, readFileSync(`${path}.d.ts`, 'utf8').replace(/^\/\/\/ <reference .*\n/gm, ''))
  writeFileSync(`${path}.js`, `/* @ts-self-types="./${path.replace(/^.*\//, '')}.d.ts" */\n${text}`)
}

/**
 * Writes the package into a folder.
 * @param {string} folder
 * @returns {{ name: string, version: string, license: string, exports: Record<string, string>, imports: Record<string, string> }} its jsr.json
 */
export function prepareJsr(folder) {
  const { version, license, imports } = JSON.parse(readFileSync('package.json', 'utf8'))
  const entries = modules.filter(({ entry }) => !ELSEWHERE.has(entry))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  cpSync('dist', `${folder}/dist`, { recursive: true, filter: path => path !== 'dist/commonjs' })
  for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md', 'SECURITY.md']) cpSync(file, `${folder}/${file}`)
  // Declarations that other declarations share have no module beside them.
  for (const file of readdirSync('dist').filter(name => name.endsWith('.d.ts'))) withTypes(`${folder}/dist/${file.replace(/\.d\.ts$/, '')}`)
  const manifest = {
    name: `@${OWNER.toLowerCase()}/libssh2-wasm`, version, license,
    exports: Object.fromEntries(entries.map(({ entry }) => [entry === 'index' ? '.' : `./${entry}`, `./dist/${entry}.js`])),
    imports: Object.fromEntries(Object.entries(imports).map(([name, targets]) => [name, forDeno(targets)])),
  }
  writeFileSync(`${folder}/jsr.json`, `${JSON.stringify(manifest, null, 2)}\n`)
  return manifest
}

/**
 * What `deno publish --dry-run` has against it: undefined where Deno is not there, otherwise what is wrong, which may be nothing.
 * @param {string} folder as prepareJsr() has written it
 * @returns {string[] | undefined}
 */
export function jsrFindings(folder) {
  if (!existsSync(DENO)) return undefined
  try {
    execFileSync(`${process.cwd()}/${DENO}`, ['publish', '--dry-run', '--allow-dirty'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } })
    return []
  } catch (error) {
    const { stderr } = /** @type {{ stderr: string }} */ (error)
    return [`deno publish --dry-run: ${stderr.split('\n').filter(line => /error|ERROR/.test(line)).join('; ') || stderr}`]
  }
}
