// The tests that can run against dist/ (LIBSSH2_WASM_TARGET=dist): those that load only entries of the package from src/, directly and through
// the files of test/ that they use. node scripts/run/dist-tests.mjs lists the others, and why.
import { fileURLToPath } from 'node:url'
import { modules } from '../build/entries.mjs'
import { projectFiles } from '../check/files.mjs'
import { fileOf, importsOf } from '../check/imports.mjs'

const ENTRIES = new Set(modules.map(({ source }) => source))
/** Test servers read and write packets with it, whatever client they serve. */
const TOOL = /^src\/wire-format\//

/** @param {string} path of a source @returns whether a test against dist/ may name it */
export const isEntry = path => ENTRIES.has(path)
/** @param {string} path of a source */
export const isTool = path => TOOL.test(path)

/** Internals that `test` loads, as `IMPORTER: SOURCE`. @param {string} test */
function internalsOf(test) {
  const loaded = new Set([test])
  const internals = []
  for (const path of loaded) {
    for (const { specifier, typeOnly } of importsOf(path)) {
      const file = typeOnly ? undefined : fileOf(path, specifier)
      if (!file?.endsWith('.ts')) continue
      if (!file.startsWith('src/')) loaded.add(file)
      else if (!isEntry(file) && !isTool(file)) internals.push(`${path}: ${file}`)
    }
  }
  return internals
}

const tests = () => projectFiles('test/integration').filter(path => path.endsWith('.test.ts'))

/** Paths of the tests of test/integration that can run against dist/. @throws if they are fewer than half of them. */
export function distTests() {
  const all = tests()
  const able = all.filter(test => internalsOf(test).length === 0)
  if (able.length * 2 < all.length) throw new Error(`only ${able.length} of ${all.length} files of test/integration can run against dist/: node scripts/run/dist-tests.mjs says why`)
  return able
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const test of tests()) for (const internal of internalsOf(test)) console.log(`${test}: ${internal}`)
  console.log(`${distTests().length} of ${tests().length} files of test/integration run against dist/`)
}
