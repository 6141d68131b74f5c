/// Bundles the page with Vite, from the built packages, as a user of them would.
import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { isFresh } from '../../../packages/terminal/build/fresh.mjs'
import { alone } from './build-once.ts'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** The folder of the built page: any web server can serve it. */
export const PAGE = path('../../../build/browser-terminal')
const PACKAGE = path('../../../packages/terminal')
/** The folder for the own origin of web previews. */
export const PREVIEW = `${PACKAGE}/dist/preview`
/** Held while anything of the terminal is built: tests in several processes build, and serve, the same folders. */
export const LOCK = path('../../../build/browser-terminal.lock')

/** Builds what is out of date. */
export function buildPage(): Promise<void> {
  return alone(LOCK, async () => {
    execFileSync(process.execPath, [`${PACKAGE}/build/build.mjs`], { stdio: 'inherit' })
    if (!isFresh(`${PAGE}/index.html`, [path('..'), `${PACKAGE}/dist`])) await bundle()
  })
}

async function bundle(): Promise<void> {
  await build({
    root: path('..'),
    base: './',
    configFile: false,
    logLevel: 'error',
    // In a separate project, it would be in node_modules.
    resolve: { alias: [{ find: /^libssh2-wasm-terminal$/, replacement: `${PACKAGE}/dist/index.js` }] },
    // Nothing inline: the policy of the page forbids it.
    build: { outDir: PAGE, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 1000 },
  })
  // A service worker keeps its address: bundlers, which give files new names, have no part in it.
  for (const name of ['service-worker.js', 'libssh2.wasm']) cpSync(`${PACKAGE}/dist/${name}`, `${PAGE}/${name}`)
}
