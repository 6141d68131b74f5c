/// Bundles the page with Vite, from the package in dist/ as a user of it would.
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** Where the page lies afterwards: any web server can serve it. */
export const PAGE = path('../../../build/browser-terminal')

export async function buildPage(): Promise<void> {
  await build({
    root: path('..'),
    base: './',
    configFile: false,
    logLevel: 'error',
    // In a project of its own, `libssh2-wasm` would lie in node_modules.
    resolve: { alias: ['index', 'websocket', 'xterm'].map((name) => ({ find: new RegExp(name === 'index' ? '^libssh2-wasm$' : `^libssh2-wasm/${name}$`), replacement: path(`../../../dist/${name}.js`) })) },
    worker: { format: 'es' },
    // Nothing inline: the policy of the page forbids it.
    build: { outDir: PAGE, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  })
}
