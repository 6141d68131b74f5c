// The package: a flat dist/ with one ES module and one declaration file for each entry of package.json's "exports"; and the same once more for Node,
// as CommonJS, in dist/commonjs/.
import { resolve } from 'node:path'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { dts } from 'rollup-plugin-dts'
import { chunkName } from './scripts/build/chunk-names.mjs'
import { FOLDER } from './scripts/build/declarations.mjs'
import { defaultNamespace } from './scripts/build/default-namespace.mjs'
import { COMMONJS, commonJs } from './scripts/build/commonjs.mjs'
import { doors, modules, programs } from './scripts/build/entries.mjs'
import { noteRunTimeNames, onlyRunTimeValues } from './scripts/build/run-time-names.mjs'
import { typescript } from './scripts/build/typescript-plugin.mjs'

const inputs = entries => Object.fromEntries(entries.map(({ entry, source }) => [entry, source]))

/** Absolute paths of everything that loads as soon as one of `sources` does. */
function loadedWith(sources, getModuleInfo) {
  const loaded = new Set(sources.map(source => resolve(source)))
  for (const id of loaded) for (const imported of getModuleInfo(id)?.importedIds ?? []) loaded.add(imported)
  return loaded
}

/**
 * All that loads with the core entry is one file: in many small ones, as rollup would share them out among the parts that load later, it is a fifth
 * larger after gzip. What the subpaths and the parts for one runtime need too is another, so that they do not load the core.
 * @param {Record<string, string>} entries those
 */
function coreChunks(entries) {
  /** @type {Set<string>} */
  let core
  /** @type {Set<string>} */
  let beside
  return (id, { getModuleInfo }) => {
    core ??= loadedWith(['src/index.ts'], getModuleInfo)
    beside ??= loadedWith(Object.values(entries), getModuleInfo)
    if (!core.has(id) || id === resolve('src/index.ts')) return undefined
    if (id.endsWith('/constants.gen.ts')) return 'constants'
    return beside.has(id) ? 'base' : 'core'
  }
}
/**
 * What one step of a program loads is one file for Node, which spends more on finding and wrapping each file than on its contents: a first connection loaded
 * 28 of them. In the ES modules the same parts stay apart, so that bundlers can leave each out or load it by itself.
 * @type {readonly (readonly [name: string, sources: readonly string[]])[]}
 */
const STEPS = [
  ['node-session', ['src/bindings/session/later.ts', 'src/ffi/host-keys.ts', 'src/ffi/host-functions.ts', 'src/client/auth/log-in.ts', 'src/client/start-process.ts', 'src/bindings/channel/open-channel.ts']],
  ['node-keys', ['src/client/auth/key-login.ts', 'src/keys/signers/signer-of.ts', 'src/keys/files/openssh/private-key.ts']],
  ['node-sftp', ['src/sftp/client/sftp-client.ts', 'src/bindings/sftp/context.ts']],
]

/** Like `coreChunks`, with the steps: a module belongs to the first step that loads it. @param {Record<string, string>} entries */
function nodeChunks(entries) {
  const coreChunk = coreChunks(entries)
  /** @type {(readonly [name: string, loaded: ReadonlySet<string>])[]} */
  let steps
  return (id, api) => {
    steps ??= STEPS.map(([name, sources]) => [name, loadedWith(sources, api.getModuleInfo)])
    return coreChunk(id, api) ?? (id === resolve('src/index.ts') ? undefined : steps.find(([, loaded]) => loaded.has(id))?.[0])
  }
}

/** What loads without the core. The runtime chooses among the doors, which lie beside libssh2.wasm, through package.json's "imports". */
const isBeside = ({ entry }) => !['index', 'bindings', 'inline', 'agent', 'sshsig', 'ssh2'].includes(entry)
const besideCore = inputs([...modules.filter(isBeside), ...doors])
const commonJsModules = modules.filter(({ commonJs }) => commonJs)

/** What scripts/build/declarations.mjs made of a source. @param {string} source */
const declarationOf = source => `${FOLDER}/${source.replace(/\.ts$/, '.d.ts')}`

/** Types that the client and the bindings have in common are one file, so that a class is the same type by whichever entry it comes. */
function sharedTypes(id, { getModuleInfo }) {
  types ??= loadedWith(['src/index.ts', 'src/bindings/index.ts'].map(declarationOf), getModuleInfo)
  return types.has(id) && !sources.has(id) ? 'types' : undefined
}
let types
const sources = new Set(modules.map(({ source }) => resolve(declarationOf(source))))

/** What stays an import: the runtime's own modules and what package.json resolves at run time. */
const external = id => id.startsWith('node:') || id.startsWith('cloudflare:') || id.startsWith('#') || id === '@xterm/xterm' || id.endsWith('/libssh2.wasm')

/** Projects whose libraries know no `Disposable` (ES2022, without the types of Node) get it by the declarations that need it. */
const disposableLibrary = {
  name: 'disposable-library',
  renderChunk: code => /\b(Async)?Disposable\b|Symbol\.(dispose|asyncDispose)/.test(code) ? { code: `/// <reference lib="esnext.disposable" />\n${code}`, map: null } : null,
}

const output = { dir: 'dist', format: 'es', chunkFileNames: chunk => `${chunkName(chunk)}.js`, minifyInternalExports: false, hoistTransitiveImports: false }

export default [
  {
    input: { ...inputs(modules), ...inputs(programs), ...besideCore },
    output: { ...output, manualChunks: coreChunks(besideCore) },
    external,
    // Rollup would rewrite the path of the wasm relative to the source tree; in dist/ it lies beside the module.
    makeAbsoluteExternalsRelative: false,
    plugins: [...typescript, nodeResolve(), noteRunTimeNames],
    onwarn(warning) { throw new Error(warning.message) },
  },
  {
    input: inputs(modules.map(({ entry, source }) => ({ entry, source: declarationOf(source) }))),
    output: { ...output, manualChunks: sharedTypes, chunkFileNames: chunk => `${chunkName(chunk)}.d.ts` },
    external,
    plugins: [dts({ tsconfig: 'tsconfig.json' }), onlyRunTimeValues, defaultNamespace, disposableLibrary],
  },
  {
    input: inputs(commonJsModules),
    output: {
      ...output, dir: COMMONJS, format: 'cjs', manualChunks: nodeChunks(inputs(commonJsModules.filter(isBeside))), entryFileNames: '[name].cjs', chunkFileNames: chunk => `${chunkName(chunk)}.cjs`,
      // A module that loads later is required later: Jest has no import() for CommonJS. No module pretends to come from Babel or TypeScript.
      dynamicImportInCjs: false, exports: 'named', esModule: false, interop: 'auto', externalLiveBindings: false,
    },
    external: id => external(id) && !id.startsWith('#'),
    makeAbsoluteExternalsRelative: false,
    plugins: [commonJs, ...typescript, nodeResolve()],
    onwarn(warning) { throw new Error(warning.message) },
  },
]
