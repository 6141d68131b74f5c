// The package: a flat dist/ with one ES module and one declaration file for each entry of package.json's "exports".
import { existsSync, readFileSync } from 'node:fs'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { dts } from 'rollup-plugin-dts'
import { stripTypes } from './scripts/build/strip-types.mjs'

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))

/** Entry name to source: index, and the transports that package.json names. */
const entries = Object.fromEntries(Object.entries(exports)
  .filter(([, target]) => target.default?.endsWith('.js'))
  .map(([subpath]) => subpath === '.' ? ['index', 'src/index.ts'] : [subpath.slice(2), `src/transports/${subpath.slice(2)}.ts`]))

/** Chosen by the runtime through package.json's "imports"; each lies beside libssh2.wasm. */
const compilers = Object.fromEntries(['node', 'web', 'workerd'].map(name => [`compile-${name}`, `src/ffi/compile/${name}.ts`]))

const typescript = {
  name: 'strip-types',
  transform: (text, id) => id.endsWith('.ts') ? stripTypes(text, id) : null,
}

/** What stays an import: the runtime's own modules and what package.json resolves at run time. */
const external = id => id.startsWith('node:') || id.startsWith('cloudflare:') || id === '#compile-libssh2' || id.endsWith('/libssh2.wasm')

const output = { dir: 'dist', format: 'es', chunkFileNames: 'shared-[name].js' }

export default [
  {
    input: { ...entries, ...compilers },
    output,
    external,
    // Rollup would rewrite the path of the wasm relative to the source tree; in dist/ it lies beside the module.
    makeAbsoluteExternalsRelative: false,
    plugins: [typescript, nodeResolve()],
    onwarn(warning) { throw new Error(warning.message) },
  },
  {
    input: Object.fromEntries(Object.entries(entries).filter(([, source]) => existsSync(source))),
    output: { ...output, chunkFileNames: 'shared-[name].d.ts' },
    external,
    plugins: [dts({ tsconfig: 'tsconfig.json' })],
  },
]
