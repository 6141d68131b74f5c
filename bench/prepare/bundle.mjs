// Compiles the programs of the benchmark into build/bench/. `libssh2-wasm` in them is the built package in dist/.
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

mkdirSync('build/bench', { recursive: true })
for (const name of readdirSync('build/bench')) if (name.endsWith('.js')) rmSync(`build/bench/${name}`)

await build({
  entryPoints: { run: 'bench/run.ts', client: 'bench/client.ts', 'delay-proxy': 'bench/links/delay-proxy.ts' },
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
