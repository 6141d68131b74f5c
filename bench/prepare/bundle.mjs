// Compiles the programs of the benchmark into build/bench/. `libssh2-wasm` in them is the built package in dist/.
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

mkdirSync('build/bench', { recursive: true })
for (const name of readdirSync('build/bench')) if (name.endsWith('.js')) rmSync(`build/bench/${name}`)

await build({
  entryPoints: {
    run: 'bench/run.ts', 'profile-run': 'bench/profile-run.ts', client: 'bench/client.ts', 'delay-proxy': 'bench/links/delay-proxy.ts',
    compare: 'bench/compare.ts', 'kinds-run': 'bench/kinds-run.ts', 'browser-perf': 'bench/browser/perf-run.ts', 'limits-run': 'bench/limits/run.ts', 'limits-gcm': 'bench/limits/gcm-client.ts', 'limits-count': 'bench/limits/count-writes.ts', 'limits-floor': 'bench/limits/floor-client.ts', 'limits-bare': 'bench/limits/bare-client.ts', 'scale-run': 'bench/scale/run.ts', 'scale-client': 'bench/scale/client.ts', 'scale-server': 'bench/scale/server.ts' },
  outdir: 'build/bench',
  bundle: true,
  splitting: true,
  packages: 'external',
  tsconfigRaw: {},
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
})

/** Node modules that dev-tunnels-ssh imports and does not use in a page. */
const unused = {
  name: 'unused',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(stream|crypto|net|fs|util|path|os|child_process|diffie-hellman|node-rsa)$/ }, ({ path }) => ({ path, namespace: 'unused' }))
    onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = { Duplex: class {}, Readable: class {}, Writable: class {} }' }))
  },
}

await build({
  entryPoints: { page: 'bench/browser/page.ts' },
  outdir: 'build/bench/page',
  bundle: true,
  tsconfigRaw: {},
  platform: 'browser',
  format: 'esm',
  target: 'es2022',
  alias: { 'libssh2-wasm': './dist/index.js', 'libssh2-wasm/websocket': './dist/websocket.js', buffer: './node_modules/buffer/index.js' },
  inject: ['bench/browser/node-globals.js'],
  define: { global: 'globalThis' },
  plugins: [unused],
  logLevel: 'warning',
})
copyFileSync('dist/libssh2.wasm', 'build/bench/page/libssh2.wasm')
