import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { installPackedPackage } from '../support/packed-package.ts'

const hosts = ['node', 'deno', 'bun', 'page', 'worker-page', 'workerd']

/**
 * Makes of an empty folder what a user has: the packed package in node_modules, and the suite beside it as plain JavaScript that imports it by name.
 * For browsers and Workers it is bundled, in `web/` and `workerd/`, by an esbuild without plugins.
 */
export async function makeApp(folder: string): Promise<void> {
  installPackedPackage(folder)
  await build({
    entryPoints: hosts.map((name) => fileURLToPath(new URL(`hosts/${name}.ts`, import.meta.url))),
    outdir: folder, bundle: true, format: 'esm', target: 'es2022', platform: 'neutral', external: ['libssh2-wasm', 'libssh2-wasm/*', 'node:*'],
    // The project's own says that `libssh2-wasm` is src/.
    tsconfigRaw: '{}',
  })
  const bundled = { absWorkingDir: folder, bundle: true, format: 'esm', target: 'es2022' } as const
  await build({ ...bundled, entryPoints: ['page.js', 'worker-page.js'], outdir: 'web', splitting: true, platform: 'browser' })
  copyFileSync(join(folder, 'node_modules/libssh2-wasm/dist/libssh2.wasm'), join(folder, 'web/libssh2.wasm'))
  await build({
    ...bundled, entryPoints: ['workerd.js'], outdir: 'workerd', platform: 'neutral', conditions: ['workerd', 'worker'],
    external: ['cloudflare:*', 'node:*'], loader: { '.wasm': 'copy' }, assetNames: '[name]',
  })
  for (const name of ['page', 'worker-page']) {
    writeFileSync(join(folder, `web/${name}.html`), `<!doctype html>\n<meta charset="utf-8">\n<title>${name}</title>\n<script type="module" src="/${name}.js"></script>\n`)
  }
}
