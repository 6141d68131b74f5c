// Writes src/transports/compile/libssh2-inlined.gen.js: libssh2.wasm compressed and as text, for single-file bundles.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'

const path = 'src/transports/compile/libssh2-inlined.gen.js'
const text = `export const inlinedLibssh2 = '${deflateRawSync(readFileSync('src/ffi/libssh2.wasm'), { level: 9 }).toString('base64')}'\n`
if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text)
