/// Bundles the page with Vite, from the built packages, as a user of them would.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** The folder of the built page: any web server can serve it. */
export const PAGE = path('../../../build/browser-terminal')

export async function buildPage(): Promise<void> {
  execFileSync(process.execPath, [path('../../../packages/terminal/build/build.mjs')], { stdio: 'inherit' })
  await build({
    root: path('..'),
    base: './',
    configFile: false,
    logLevel: 'error',
    // In a separate project, it would be in node_modules.
    resolve: { alias: [{ find: /^libssh2-wasm-terminal$/, replacement: path('../../../packages/terminal/dist/index.js') }] },
    // Nothing inline: the policy of the page forbids it.
    build: { outDir: PAGE, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 1000 },
  })
}
