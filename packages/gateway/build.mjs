// Makes dist/ of this package if a source has changed since the last time: modules with esbuild, declarations with rollup-plugin-dts.
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'

const here = fileURLToPath(new URL('./', import.meta.url))
const sources = readdirSync(`${here}src`, { recursive: true, encoding: 'utf8' }).map(name => `${here}src/${name}`).filter(path => statSync(path).isFile())
const hash = createHash('sha256')
for (const path of [...sources, `${here}build.mjs`, `${here}package.json`].sort()) hash.update(path.slice(here.length)).update(readFileSync(path))
const key = hash.digest('hex')
const stamp = fileURLToPath(new URL('../../build/gateway.key', import.meta.url))

/** Modules that stay imports. @param {string} id */
const external = id => /^(node:|cloudflare:|libssh2-wasm|ws$|jose$)/.test(id)

if (existsSync(`${here}dist/index.js`) && existsSync(stamp) && readFileSync(stamp, 'utf8') === key) {
  process.stderr.write('[gateway] up to date: dist/\n')
} else {
  rmSync(`${here}dist`, { recursive: true, force: true })
  await build({
    entryPoints: { index: `${here}src/index.ts`, cli: `${here}src/cli/cli.ts` }, outdir: `${here}dist`, bundle: true, splitting: true, chunkNames: 'gateway',
    format: 'esm', platform: 'node', target: 'node20', external: ['libssh2-wasm', 'libssh2-wasm/*', 'ws', 'jose'], tsconfigRaw: '{}', legalComments: 'none', logLevel: 'warning',
  })
  await build({
    entryPoints: { worker: `${here}src/worker/worker.ts` }, outdir: `${here}dist`, bundle: true, format: 'esm', platform: 'neutral', target: 'es2022',
    external: ['cloudflare:*', 'libssh2-wasm', 'libssh2-wasm/*', 'jose'], tsconfigRaw: '{}', legalComments: 'none', logLevel: 'warning',
  })
  chmodSync(`${here}dist/cli.js`, 0o755)
  const bundle = await rollup({
    input: { index: `${here}src/index.ts`, worker: `${here}src/worker/worker.ts` }, external, plugins: [dts({ tsconfig: fileURLToPath(new URL('../../tsconfig.json', import.meta.url)) })],
    onwarn(warning) { throw new Error(warning.message) },
  })
  await bundle.write({ dir: `${here}dist`, format: 'es', chunkFileNames: 'types.d.ts' })
  await bundle.close()
  writeFileSync(stamp, key)
  process.stderr.write(`[gateway] bundled dist/: ${readdirSync(`${here}dist`).sort().join(' ')}\n`)
}
