// esbuild as rollup plugins: types are stripped before rollup reads a file, and syntax newer than ES2022 is lowered after rollup has joined
// the chunks, so that each chunk has the helpers of `using` once.
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
  // esbuild's code for `using` looks for the same symbols.
  inject({ include: '**/*.ts', modules: { 'Symbol.dispose': [symbols, 'symbolDispose'], 'Symbol.asyncDispose': [symbols, 'symbolAsyncDispose'] } }),
  {
    name: 'lower',
    // Comments are removed too, except licences and hints for bundlers: they are two fifths of the size after gzip, and the documentation is in the .d.ts files.
    renderChunk: async code => ({ code: (await transform(code, { target: TARGET, legalComments: 'inline' })).code, map: null }),
  },
]
