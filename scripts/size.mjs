// npm run size : bytes of what a user of the package loads, as it is, with gzip -9 and with brotli 11.
import { readFileSync, readdirSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const kB = bytes => `${(bytes / 1000).toFixed(1)} kB`.padStart(10)
console.log(`${'file'.padEnd(24)}${'bytes'.padStart(10)}${'gzip'.padStart(10)}${'brotli'.padStart(10)}`)
for (const file of readdirSync('dist').sort().filter(file => /\.(js|wasm)$/.test(file))) {
  const data = readFileSync(`dist/${file}`)
  const brotli = brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })
  console.log(file.padEnd(24) + kB(data.length) + kB(gzipSync(data, { level: 9 }).length) + kB(brotli.length))
}
