// node --import ./scripts/run/typescript.mjs FILE.ts : runs TypeScript on Node 20, which cannot strip types by itself.
// `libssh2-wasm` in such a file is the built package in dist/.
import { register } from 'node:module'

register('./typescript-hooks.mjs', import.meta.url)
process.setSourceMapsEnabled(true)
