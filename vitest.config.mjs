import { availableParallelism } from 'node:os'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { doors, modules } from './scripts/build/entries.mjs'
import { stripTypes } from './scripts/build/strip-types.mjs'
import { distTests, isTool } from './scripts/run/dist-tests.mjs'

const path = relative => fileURLToPath(new URL(relative, import.meta.url))

/** Which build the tests run on: the one that is shipped, or `debug` or `sanitize` (`./build.sh --debug`). */
const variant = process.env.LIBSSH2_WASM_BUILD ?? 'release'
const built = variant === 'release' ? path('src/ffi') : path(`build/${variant}`)

/**
 * Puts the built module in the place where the package has it. In the package, files lie side by side in dist/
 * and `#compile-libssh2` chooses by runtime; sources are spread over folders.
 */
function builtModule() {
  const compile = '\0compile-libssh2'
  return {
    name: 'built-module',
    enforce: 'pre',
    resolveId(id) {
      if (id === '#compile-libssh2') return compile
      const door = doors.find(({ door, conditions }) => door === id && conditions.includes('node'))
      if (door) return path(door.source)
      if (id.endsWith('/create-module.ts') && variant !== 'release') return path('test/support/emscripten-module.ts')
      if (id === '#emscripten-module') return `${built}/libssh2.gen.js`
      return undefined
    },
    load(id) {
      if (id !== compile) return undefined
      return `import { readFile } from 'node:fs/promises'
        export const compileLibssh2 = async () => WebAssembly.compile(await readFile(${JSON.stringify(`${built}/libssh2.wasm`)}))`
    },
  }
}

/** Tests run what the build makes of a source. */
const typescript = {
  name: 'typescript',
  enforce: 'pre',
  transform: (text, id) => /\.m?ts$/.test(id) ? stripTypes(text, id) : undefined,
}

/** LIBSSH2_WASM_TARGET=dist: the same tests on the package's files, as Node loads them, instead of the sources. */
const onDist = process.env.LIBSSH2_WASM_TARGET === 'dist'

/** Node itself loads the package's entries from dist/; an internal module would be a second copy beside them. */
const builtPackage = {
  name: 'built-package',
  enforce: 'pre',
  async resolveId(id, importer, options) {
    const resolved = (await this.resolve(id, importer, { ...options, skipSelf: true }))?.id.split('?')[0]
    const source = resolved && relative(path('.'), resolved)
    if (!source?.startsWith('src/') || isTool(source) || isTool(relative(path('.'), importer))) return undefined
    const entry = modules.find(module => module.source === source)
    if (!entry) throw new Error(`${importer} imports ${source}, which dist/ does not have: it tests sources alone`)
    return { id: path(entry.commonJs ? `dist/commonjs/${entry.entry}.mjs` : `dist/${entry.entry}.js`), external: true }
  },
}

/** `libssh2-wasm` and its subpaths, as examples and documentation import them, straight from the sources. The longest come first, because an alias also matches names that only begin with it. */
const ownNames = Object.fromEntries([...modules.map(({ specifier, source }) => [specifier, path(source)]), ['libssh2-wasm-gateway', path('packages/gateway/src/index.ts')]]
  .sort(([a], [b]) => b.length - a.length))

export default defineConfig({
  plugins: [onDist ? builtPackage : builtModule(), typescript],
  oxc: false,
  resolve: { alias: ownNames },
  test: {
    include: onDist ? distTests() : ['test/**/*.test.ts'],
    setupFiles: ['test/support/setup.ts', ...process.env.LIBSSH2_WASM_PARCELS === 'off' ? ['test/support/all-through-c.ts'] : []],
    pool: 'forks',
    // Integration tests start servers: more workers than processors only makes them time out.
    maxWorkers: Math.max(1, Math.min(4, availableParallelism())),
    testTimeout: variant === 'release' ? 20_000 : 120_000,
    hookTimeout: 120_000,
    // The default of one second is too short for a busy machine. Below `testTimeout`, so that it is the poll that says what it waited for.
    expect: { poll: { timeout: 15_000 } },
    teardownTimeout: 10_000,
    reporters: ['default', path('scripts/run/stuck-files.mjs'), ...(process.env.VITEST_JSON ? ['json'] : [])],
    ...(process.env.VITEST_JSON ? { outputFile: { json: process.env.VITEST_JSON } } : {}),
  },
})
