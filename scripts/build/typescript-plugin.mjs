// esbuild as plugins of rollup: types are stripped before rollup reads a file, and what is newer than ES2022 is lowered after rollup has put
// the chunks together, so that the helpers of `using` are in a chunk once and not in each of its files.
import { fileURLToPath } from 'node:url'
import inject from '@rollup/plugin-inject'
import { transform } from 'esbuild'
import { stripTypes, TARGET } from './strip-types.mjs'

const symbols = fileURLToPath(new URL('dispose-symbols.mjs', import.meta.url))

/** @type {import('rollup').Plugin[]} */
export const typescript = [
  {
    name: 'strip-types',
    transform: (text, id) => id.endsWith('.ts') ? stripTypes(text, id, 'esnext') : null,
  },
  // What esbuild makes of `using` looks for the same symbols.
  inject({ include: '**/*.ts', modules: { 'Symbol.dispose': [symbols, 'symbolDispose'], 'Symbol.asyncDispose': [symbols, 'symbolAsyncDispose'] } }),
  {
    name: 'lower',
    // Comments go too, but for licences and hints for bundlers: they are two fifths of the size after gzip, and the documentation is in the .d.ts files.
    renderChunk: async code => ({ code: (await transform(code, { target: TARGET, legalComments: 'inline' })).code, map: null }),
  },
]
