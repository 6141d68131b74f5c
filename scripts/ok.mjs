// npm run ok : runs every check to its end, then prints one line `N passed, N failed`, in which each test and each other check counts as one.
// With --tests-ran STATUS, `npm test` has already run (.ci/run), with VITEST_JSON and STUCK_FILES as in scripts/run/test-results.mjs.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { ENVIRONMENT, flakyTests, forget, results } from './run/test-results.mjs'

const [option] = process.argv.slice(2)
if (option !== undefined && option !== '--tests-ran') {
  const help = option === '--help' || option === '-h'
  console[help ? 'log' : 'error'](`${help ? '' : `npm run ok has no option ${option}\n`}npm run ok: runs every check to its end, then prints one line "N passed, N failed". It takes no options.`)
  process.exit(help ? 0 : 2)
}

/** @param {...string} args */
const node = (...args) => [process.execPath, ...args]
/** In this order: the cheap ones first, then those that need a build. @type {[name: string, command: string[]][]} */
const SECTIONS = [
  ['dependencies', ['bash', 'scripts/build/node-modules.sh']],
  ['build', ['./build.sh']],
  ['types', node('node_modules/typescript/bin/tsc', '--project', 'tsconfig.json')],
  ['types of scripts', node('node_modules/typescript/bin/tsc', '--project', 'tsconfig.scripts.json')],
  ['lint', node('node_modules/eslint/bin/eslint.js', '.')],
  ['layers', node('scripts/check/layers.mjs')],
  ['forbidden', node('scripts/check/forbidden.mjs')],
  ['packages', node('scripts/check/packages.mjs')],
  ['package metadata', node('scripts/build/package-metadata.mjs', '--check')],
  ['generated files are current: constants', node('scripts/generate/constants.mjs', '--check')],
  ['generated files are current: interface', node('scripts/generate/interface.mjs', '--check')],
  ['package', node('scripts/check/package.mjs')],
  ['public surface', node('scripts/check/surface.mjs')],
  ['API reports', node('scripts/generate/api.mjs', '--check')],
  ['size', node('scripts/check/size.mjs')],
  ['reference', node('node_modules/typedoc/bin/typedoc')],
  ['documentation', node('scripts/check/docs.mjs')],
  ['claims', node('scripts/check/claims.mjs')],
]

let passed = 0
/** @type {string[]} */
const failures = []
/** @type {string[]} */
const flaky = []

/** @param {string} name @param {string[]} command @param {Record<string, string>} [env] @returns {number} exit code */
function run(name, [command, ...args], env = {}) {
  const start = performance.now()
  console.log(`\n== ${name}`)
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  if (error) console.error(error.message)
  console.log(`== ${name}: ${status === 0 ? 'ok' : 'FAILED'} (${((performance.now() - start) / 1000).toFixed(1)} s)`)
  return status ?? 1
}

/** @param {string} name @param {readonly string[]} files @param {Record<string, string>} [env] @returns {number} exit code of `npm test` */
function runTests(name, files, env) {
  forget()
  return run(name, ['npm', 'test', '--', ...files], { ...ENVIRONMENT, ...env })
}

/** Counts the results of a test run. Failed tests run once more, and still count as failed: those that pass then are reported as flaky. */
function countTests(name, status, env = {}) {
  const { passed: count, byFile } = results()
  passed += count
  const failed = [...byFile].flatMap(([, tests]) => tests)
  failures.push(...failed.map(test => `${name}: ${test}`))
  if (status !== 0 && failed.length === 0) failures.push(name)
  if (failed.length === 0 || byFile.size > 3) return
  const again = runTests(`${name}, what failed once more`, [...byFile.keys()], env)
  flaky.push(...flakyTests(byFile, { status: again, byFile: results().byFile }))
}

mkdirSync('build', { recursive: true })
const ran = process.argv.indexOf('--tests-ran')
if (ran >= 0) countTests('tests', Number(process.argv[ran + 1]))
for (const [name, command] of SECTIONS) {
  if (run(name, command) === 0) passed++
  else failures.push(name)
}
if (ran < 0) countTests('tests', runTests('tests', []))
const onDist = { LIBSSH2_WASM_TARGET: 'dist' }
countTests('tests on dist/', runTests('tests on dist/', ['test/integration'], onDist), onDist)

console.log('')
for (const name of flaky) console.log(`FLAKY: ${name} failed, and passed when it was run again`)
for (const name of failures) console.log(`FAILED: ${name}`)
console.log(`${passed} passed, ${failures.length} failed`)
process.exitCode = failures.length === 0 ? 0 : 1
