// The package: a flat dist/ with one ES module and one declaration file for each entry of package.json's "exports".
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { dts } from 'rollup-plugin-dts'
import { disposal } from './scripts/build/disposal.mjs'
import { modules, programs } from './scripts/build/entries.mjs'
import { stripComments } from './scripts/build/strip-comments.mjs'
import { stripTypes } from './scripts/build/strip-types.mjs'

const inputs = entries => Object.fromEntries(entries.map(({ entry, source }) => [entry, source]))

/** Chosen by the runtime through package.json's "imports"; each lies beside libssh2.wasm. */
const compilers = Object.fromEntries(['node', 'web', 'workerd'].map(name => [`compile-${name}`, `src/ffi/compile/${name}.ts`]))

const hostCrypto = Object.fromEntries(['node', 'none'].map(name => [`host-crypto-${name}`, `src/ffi/host-crypto/${name}.ts`]))

const dialers = Object.fromEntries(['node', 'web', 'workerd'].map(name => [`connect-tcp-${name}`, `src/transports/connect-tcp/${name}.ts`]))

const files = Object.fromEntries(['node', 'none'].map(name => [`local-files-${name}`, `src/transports/local-files/${name}.ts`]))

const typescript = {
  name: 'typescript',
  transform: (text, id) => id.endsWith('.ts') ? stripTypes(text, id) : null,
  renderChunk: code => ({ code: stripComments(code), map: null }),
}

/** What stays an import: the runtime's own modules and what package.json resolves at run time. */
const external = id => id.startsWith('node:') || id.startsWith('cloudflare:') || id.startsWith('#') || id === '@xterm/xterm' || id.endsWith('/libssh2.wasm')

const output = { dir: 'dist', format: 'es', chunkFileNames: 'shared-[name].js', minifyInternalExports: false, hoistTransitiveImports: false }

export default [
  {
    input: { ...inputs(modules), ...inputs(programs), ...compilers, ...hostCrypto, ...dialers, ...files },
    output,
    external,
    // Rollup would rewrite the path of the wasm relative to the source tree; in dist/ it lies beside the module.
    makeAbsoluteExternalsRelative: false,
    plugins: [typescript, disposal, nodeResolve()],
    onwarn(warning) { throw new Error(warning.message) },
  },
  {
    input: inputs(modules),
    output: { ...output, chunkFileNames: 'shared-[name].d.ts' },
    external,
    plugins: [dts({ tsconfig: 'tsconfig.json' })],
  },
]
