/// Builds the page of each framework, as a user of the package would, into build/frameworks/NAME/.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { compile } from 'svelte/compiler'
import { build, type Plugin } from 'vite'
import { isFresh } from '../../packages/terminal/build/fresh.mjs'
import { alone } from '../browser-terminal/server/build-once.ts'
import { LOCK } from '../browser-terminal/server/build.ts'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

export const FRAMEWORKS = ['plain', 'react', 'vue', 'svelte'] as const
export const PAGES = path('../../build/frameworks')

/** Does what Svelte's plugin does, without its development server. */
const svelte: Plugin = {
  name: 'svelte-components',
  load: async (id) => id.endsWith('.svelte') ? compile(await readFile(id, 'utf8'), { filename: id, generate: 'client' }).js.code : undefined,
}

/** Builds what is out of date. The terminal's package must already be built. */
export function buildFrameworks(): Promise<void> {
  return alone(LOCK, async () => {
    if (!isFresh(`${PAGES}/plain/index.html`, [path('.'), path('../../packages/terminal/dist')])) await bundle()
  })
}

async function bundle(): Promise<void> {
  await build({
    root: path('.'),
    base: './',
    configFile: false,
    logLevel: 'error',
    plugins: [svelte],
    oxc: { jsx: { runtime: 'automatic', development: false } },
    define: { 'process.env.NODE_ENV': '"production"', __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
    resolve: { alias: [{ find: /^libssh2-wasm-terminal$/, replacement: path('../../packages/terminal/dist/index.js') }] },
    build: {
      outDir: PAGES, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 1000,
      rollupOptions: { input: Object.fromEntries(FRAMEWORKS.map((name) => [name, path(`${name}/index.html`)])) },
    },
  })
}
