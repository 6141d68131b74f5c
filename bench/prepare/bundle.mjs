// Compiles the programs of the benchmark into build/bench/. `libssh2-wasm` in them is the built package in dist/.
import { build } from 'esbuild'

await build({
  entryPoints: { run: 'bench/run.ts', client: 'bench/client.ts' },
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
