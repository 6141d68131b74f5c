// Bundles the package into dist/: the elements, the worker with the sessions, libssh2.wasm, declarations, and the manifest of the elements. The files need no
// bundler, so that a page can use the folder as it is. Build the package libssh2-wasm first: ./build.sh
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { rollup } from 'rollup'
import dts from 'rollup-plugin-dts'
import { isFresh } from './fresh.mjs'
import { manifestOf } from './manifest.mjs'
import { xtermStrict } from './xterm-strict.mjs'

/** @param {string} relative */
const path = relative => fileURLToPath(new URL(relative, import.meta.url))
const DIST = path('../dist')
const CORE = path('../../../dist')

/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true, format: 'esm', splitting: true, minify: true, target: 'es2022', outdir: DIST, platform: 'browser', legalComments: 'none', sourcemap: false,
  loader: { '.css': 'text' }, logLevel: 'warning', conditions: ['browser'], tsconfigRaw: '{}',
}

/** The module is a file beside the worker; the copy inside JavaScript, for places that cannot have a file, is left out. @type {import('esbuild').Plugin} */
const wasmFile = {
  name: 'wasm-file',
  setup(build) {
    build.onLoad({ filter: /inlined\.js$/ }, () => ({ contents: 'export const compileInlined = () => { throw new Error("libssh2.wasm could not be loaded: it must lie beside the worker") }' }))
  },
}

async function bundle() {
  rmSync(DIST, { recursive: true, force: true })
  mkdirSync(DIST, { recursive: true })
  await build({ ...common, entryPoints: [path('../src/index.ts')], chunkNames: 'page-[name]-[hash]', plugins: [xtermStrict] })
  // xterm's headless build takes everything that is not Node for a window.
  // One file: bundlers that put workers into separate files need no settings for it, and nothing is fetched piece by piece.
  await build({ ...common, splitting: false, entryPoints: { holder: path('../src/session/holder.ts') }, plugins: [wasmFile], define: { window: 'globalThis' } })
  // The same as a classic script, without `import.meta`: Firefox 140 has no service workers that are modules.
  await build({ ...common, splitting: false, format: 'iife', entryPoints: { 'service-worker': path('../src/session/holder.ts') }, plugins: [wasmFile], define: { window: 'globalThis', 'import.meta.url': 'globalThis.location.href' } })
  // What an own origin for previews serves, as a folder.
  const preview = { ...common, splitting: false, outdir: `${DIST}/preview` }
  await build({ ...preview, entryPoints: { '__ssh-preview/preview': path('../src/preview/shell.ts') } })
  // Firefox has no service workers that are modules.
  await build({ ...preview, format: 'iife', entryPoints: { 'ssh-preview-service': path('../src/preview/service.ts') } })
  for (const name of ['index.html', 'preview.css']) cpSync(path(`../src/preview/${name}`), `${DIST}/preview/__ssh-preview/${name}`)
  cpSync(`${CORE}/libssh2.wasm`, `${DIST}/libssh2.wasm`)
  cpSync(`${CORE}/THIRD-PARTY-NOTICES.txt`, `${DIST}/THIRD-PARTY-NOTICES.txt`)
}

async function declarations() {
  const types = await rollup({
    input: path('../src/index.ts'), external: [/^@xterm\//, /^libssh2-wasm/, /\.css$/], plugins: [dts({ tsconfig: path('../../../tsconfig.json') })],
    onwarn: () => {},
  })
  await types.write({ file: `${DIST}/index.d.ts`, format: 'esm' })
}

if (!existsSync(`${CORE}/libssh2.wasm`)) throw new Error('libssh2-wasm is not built: run ./build.sh')
const stale = process.argv.includes('--force') || !isFresh(`${DIST}/custom-elements.json`, [path('../src'), path('.'), path('../../../package.json'), `${CORE}/index.js`, `${CORE}/libssh2.wasm`])
if (stale) await bundle()
// The tests build without types, which are slow to make; a package without them must not be published.
if (!process.argv.includes('--no-types') && !existsSync(`${DIST}/index.d.ts`)) await declarations()
if (stale) {
  writeFileSync(`${DIST}/custom-elements.json`, `${JSON.stringify(await manifestOf(path('../src/element')), null, 2)}\n`)
  const files = readdirSync(DIST, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(`${parentPath}/${name}`).size, 0)
  console.log(`libssh2-wasm-terminal: ${files.length} files, ${Math.round(bytes / 1000)} kB`)
}
