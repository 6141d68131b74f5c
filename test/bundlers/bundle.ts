import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { build as esbuild } from 'esbuild'
import { rollup } from 'rollup'
import { build as vite } from 'vite'
import webpack from 'webpack'

/** Makes `folder`/out/ of `folder`/app.js, with no more settings than it takes to say from where to where. */
type Bundle = (folder: string) => Promise<unknown>

const module = '<script type="module" src="app.js"></script>'

export interface Bundler {
  readonly name: string
  /** What the application imports from. */
  readonly specifier: string
  /** Where the module comes from when it runs: a file that the bundler shipped along, or the copy in JavaScript after looking for that file, or at once. */
  readonly wasm: 'file' | 'copy' | 'inside'
  readonly bundle: Bundle
  /** Its way into the page. */
  readonly script: string
}

const byEsbuild = (options: { readonly splitting: boolean }): Bundle => (folder) => esbuild({
  absWorkingDir: folder, entryPoints: ['app.js'], outdir: 'out', bundle: true, minify: true, format: 'esm', platform: 'browser', target: 'es2022', tsconfigRaw: '{}', ...options,
})

const byRollup: Bundle = async (folder) => {
  const bundle = await rollup({ input: join(folder, 'app.js'), plugins: [nodeResolve({ browser: true })] })
  await bundle.write({ dir: join(folder, 'out'), format: 'es' })
  await bundle.close()
}

const byVite: Bundle = async (folder) => {
  writeFileSync(join(folder, 'index.html'), page(module))
  await vite({ root: folder, configFile: false, logLevel: 'error', build: { outDir: 'out' } })
}

const byWebpack: Bundle = (folder) => new Promise<void>((resolve, reject) => {
  webpack({ mode: 'production', context: folder, entry: './app.js', output: { path: join(folder, 'out'), filename: 'app.js' }, performance: { hints: false } }, (error, stats) => {
    if (error ?? stats?.hasErrors()) reject(error ?? new Error(stats?.toString('errors-only')))
    else resolve()
  })
})

export const bundlers: readonly Bundler[] = [
  { name: 'Vite', specifier: 'libssh2-wasm', wasm: 'file', bundle: byVite, script: '' },
  { name: 'webpack', specifier: 'libssh2-wasm', wasm: 'file', bundle: byWebpack, script: '<script defer src="app.js"></script>' },
  { name: 'rollup', specifier: 'libssh2-wasm', wasm: 'copy', bundle: byRollup, script: module },
  { name: 'esbuild', specifier: 'libssh2-wasm', wasm: 'copy', bundle: byEsbuild({ splitting: true }), script: module },
  { name: 'esbuild, one file', specifier: 'libssh2-wasm', wasm: 'copy', bundle: byEsbuild({ splitting: false }), script: module },
  { name: 'esbuild, one file, inline', specifier: 'libssh2-wasm/inline', wasm: 'inside', bundle: byEsbuild({ splitting: false }), script: module },
  { name: 'Vite, inline', specifier: 'libssh2-wasm/inline', wasm: 'inside', bundle: byVite, script: '' },
]

const page = (script: string) => `<!doctype html>\n<meta charset="utf-8">\n<title>app</title>\n${script}\n`

/** Bundles the application into `folder`/out, which is then all that a web server needs. */
export async function bundleApp(folder: string, { specifier, bundle, script }: Bundler): Promise<void> {
  mkdirSync(join(folder, 'out'))
  const source = readFileSync(fileURLToPath(new URL('app.js', import.meta.url)), 'utf8')
  writeFileSync(join(folder, 'app.js'), source.replace("'PACKAGE'", `'${specifier}'`))
  await bundle(folder)
  if (script) writeFileSync(join(folder, 'out/index.html'), page(script))
}
