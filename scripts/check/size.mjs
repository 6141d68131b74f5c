// npm run size : the bytes that a user of the package loads, and the budget that limits them. A kB is 1000 bytes, gzip is -9.
import { readFileSync, readdirSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { report } from './files.mjs'

/** The most kB after gzip. */
const BUDGET = {
  'libssh2.wasm': 150,
  /** Everything that `import * from 'libssh2-wasm'` loads at once in a browser, bundled and minified with esbuild; code that loads later does not count. */
  'core entry': 35,
}

const gzip = data => gzipSync(data, { level: 9 }).length
const brotli = data => brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length
const kB = bytes => `${(bytes / 1000).toFixed(1)} kB`.padStart(10)
const line = (name, contents) => console.log(name.padEnd(34) + [data => data.length, gzip, brotli]
  .map(size => kB(contents.reduce((sum, data) => sum + size(data), 0))).join(''))

/** The files that load at once when `code` is bundled with splitting. */
async function bundled(code) {
  const { metafile, outputFiles } = await build({
    stdin: { contents: code, resolveDir: '.' }, outdir: 'build/size', write: false, metafile: true, logLevel: 'error', tsconfigRaw: '{}',
    bundle: true, splitting: true, minify: true, format: 'esm', platform: 'browser', target: 'es2022',
  })
  const paths = Object.keys(metafile.outputs)
  const loaded = new Set(paths.filter(path => metafile.outputs[path].entryPoint === '<stdin>'))
  for (const path of loaded) {
    for (const { kind, path: imported } of metafile.outputs[path].imports) if (kind === 'import-statement') loaded.add(imported)
  }
  return outputFiles.filter((_, index) => loaded.has(paths[index])).map(({ contents }) => contents)
}

const measured = {
  'libssh2.wasm': [readFileSync('dist/libssh2.wasm')],
  'core entry': await bundled("export * from 'libssh2-wasm'"),
}
console.log(`${''.padEnd(34)}${'bytes'.padStart(10)}${'gzip'.padStart(10)}${'brotli'.padStart(10)}`)
for (const [name, contents] of Object.entries(measured)) line(name, contents)
line('connect, knownHosts and publicKey', await bundled("export { connect, knownHosts, publicKey } from 'libssh2-wasm'"))
line('… and a WebSocket', await bundled("export { connect, knownHosts, publicKey } from 'libssh2-wasm'; export * from 'libssh2-wasm/websocket'"))

// Not part of the budget: this figure depends on the machine.
const { Instance } = await import('../../dist/index.js')
await Instance.create()
const times = []
for (let i = 0; i < 50; i++) {
  const start = performance.now()
  await Instance.create()
  times.push(performance.now() - start)
}
console.log(`an instance of the compiled module in Node ${process.version}: ${times.sort((a, b) => a - b)[times.length >> 1].toFixed(2)} ms (median of ${times.length})`)

if (process.argv.includes('--files')) {
  console.log('\nin dist/, not minified:')
  for (const file of readdirSync('dist').sort().filter(file => file.endsWith('.js'))) line(file, [readFileSync(`dist/${file}`)])
}

const over = Object.entries(BUDGET).map(([name, limit]) => ({ name, limit, size: measured[name].reduce((sum, data) => sum + gzip(data), 0) / 1000 })).filter(({ limit, size }) => size > limit)
report(over.map(({ name, limit, size }) => `${name}: ${size.toFixed(1)} kB after gzip, ${limit} at most`), 'size: within the budget')
