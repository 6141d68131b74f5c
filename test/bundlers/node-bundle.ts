import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { build as esbuild } from 'esbuild'
import { rollup } from 'rollup'
import { build as vite } from 'vite'
import webpack from 'webpack'

export interface NodeBundler {
  readonly name: string
  /** Makes `folder`/out/ of `folder`/app.mjs, with no more settings than it takes to say from where to where. Gives the file to run. */
  bundle(folder: string): Promise<string>
}

const byEsbuild = (format: 'cjs' | 'esm', minify: boolean): NodeBundler => ({
  name: `esbuild, ${format}${minify ? ', minified' : ''}`,
  async bundle(folder) {
    const file = `out/app.${format === 'cjs' ? 'cjs' : 'mjs'}`
    await esbuild({ absWorkingDir: folder, entryPoints: ['app.mjs'], outfile: file, bundle: true, minify, platform: 'node', format, tsconfigRaw: '{}', logLevel: 'error' })
    return file
  },
})

const byRollup = (format: 'cjs' | 'es', oneFile: boolean): NodeBundler => ({
  name: `rollup, ${format}${oneFile ? ', one file' : ''}`,
  async bundle(folder) {
    const extension = format === 'cjs' ? 'cjs' : 'mjs'
    const bundle = await rollup({ input: join(folder, 'app.mjs'), plugins: [nodeResolve({ exportConditions: ['node'] })], external: /^node:/ })
    await bundle.write({ dir: join(folder, 'out'), format, entryFileNames: `app.${extension}`, chunkFileNames: `[name].${extension}`, inlineDynamicImports: oneFile })
    await bundle.close()
    return `out/app.${extension}`
  },
})

const byWebpack: NodeBundler = {
  name: 'webpack',
  bundle: (folder) => new Promise((resolve, reject) => {
    webpack({ mode: 'production', target: 'node20', context: folder, entry: './app.mjs', output: { path: join(folder, 'out'), filename: 'app.cjs' }, performance: { hints: false } }, (error, stats) => {
      if (error ?? stats?.hasErrors()) reject(error ?? new Error(stats?.toString('errors-only')))
      else resolve('out/app.cjs')
    })
  }),
}

const byVite: NodeBundler = {
  name: 'Vite, SSR',
  async bundle(folder) {
    await vite({ root: folder, configFile: false, logLevel: 'error', ssr: { noExternal: true }, build: { ssr: 'app.mjs', outDir: 'out', rollupOptions: { output: { entryFileNames: 'app.mjs' } } } })
    return 'out/app.mjs'
  },
}

export const nodeBundlers: readonly NodeBundler[] = [
  byEsbuild('cjs', false), byEsbuild('esm', false), byEsbuild('cjs', true), byRollup('cjs', false), byRollup('es', false), byRollup('cjs', true), byRollup('es', true), byWebpack, byVite,
]

/** An application of both altitudes: it logs in to the server whose address it is given, and writes what a command says. */
const APP = `import { connect, pinned, publicKey } from 'libssh2-wasm'
import { LIBSSH2_ERROR_EAGAIN } from 'libssh2-wasm/bindings'
const { host, port, username, fingerprint, key } = JSON.parse(process.env.SERVER)
const main = async () => {
  const client = await connect({ host, port, username, hostKey: pinned(fingerprint), auth: [publicKey(key)] })
  const { stdout } = await client.run('echo from a bundle')
  await client.close()
  console.log(stdout.trim(), LIBSSH2_ERROR_EAGAIN)
}
main().catch((error) => { console.error(error); process.exitCode = 1 })
`

/** @returns the file to run, relative to `folder` */
export function bundleForNode(folder: string, bundler: NodeBundler): Promise<string> {
  mkdirSync(join(folder, 'out'), { recursive: true })
  writeFileSync(join(folder, 'app.mjs'), APP)
  return bundler.bundle(folder)
}
