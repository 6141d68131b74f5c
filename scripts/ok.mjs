// npm run ok : every check, each of them to its end, then one line `N passed, N failed`: each test and each other check is one.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'

const RESULTS = 'build/test-results.json'
/** The files that scripts/run/stuck-files.mjs had to end. */
const STUCK = 'build/stuck-files.txt'
const node = (...args) => [process.execPath, ...args]
/** In this order: the cheap ones first, and what needs a build after it. */
const SECTIONS = [
  ['dependencies', ['bash', 'scripts/build/node-modules.sh']],
  ['build', ['./build.sh']],
  ['types', node('node_modules/typescript/bin/tsc', '--project', 'tsconfig.json')],
  ['lint', node('node_modules/eslint/bin/eslint.js', '.')],
  ['layers', node('scripts/check/layers.mjs')],
  ['forbidden', node('scripts/check/forbidden.mjs')],
  ['generated files are current', node('scripts/generate/constants.mjs', '--check')],
  ['package', node('scripts/check/package.mjs')],
  ['size', node('scripts/check/size.mjs')],
  ['reference', node('node_modules/typedoc/bin/typedoc')],
  ...(existsSync('scripts/check/docs.mjs') ? [['documentation', node('scripts/check/docs.mjs')]] : []),
]

let passed = 0
let failed = 0
const failures = []
const flaky = []

function section(name, [command, ...args], env = {}) {
  const start = performance.now()
  console.log(`\n== ${name}`)
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  if (error) console.error(error.message)
  console.log(`== ${name}: ${status === 0 ? 'ok' : 'FAILED'} (${((performance.now() - start) / 1000).toFixed(1)} s)`)
  return status === 0
}

function count(name, ok) {
  if (ok) passed++
  else { failed++; failures.push(name) }
}

/** One run of vitest. What failed, by file: a file that could not be loaded or was stuck counts as one failure. */
function runTests(files) {
  for (const file of [RESULTS, STUCK]) rmSync(file, { force: true })
  const ok = section('tests', ['bash', 'scripts/test.sh', ...files], { VITEST_JSON: RESULTS, STUCK_FILES: STUCK })
  const testResults = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')).testResults : []
  const byFile = new Map(testResults.map(({ name, status, assertionResults }) => {
    const failures = assertionResults.filter(test => test.status === 'failed').map(test => test.fullName)
    if (status === 'failed' && failures.length === 0) failures.push(name)
    return [name, { passed: assertionResults.filter(test => test.status === 'passed').length, failures }]
  }))
  if (existsSync(STUCK)) for (const name of readFileSync(STUCK, 'utf8').trim().split('\n')) byFile.set(name, { passed: 0, failures: [`${name} (stuck)`] })
  return { ok, byFile, failed: [...byFile].filter(([, { failures }]) => failures.length > 0).map(([name]) => name) }
}

/** A few files that fail are run once more: a busy machine should not stop a landing, and their names are printed for who mends them. */
function tests() {
  const first = runTests([])
  const { byFile } = first
  let named = first.failed.length > 0
  if (named && first.failed.length <= 3) {
    for (const name of first.failed) for (const failure of byFile.get(name).failures) console.log(`FAILED AT FIRST: ${failure}`)
    const second = runTests(first.failed)
    for (const [name, result] of second.byFile) byFile.set(name, result)
    named = second.ok || second.failed.length > 0
    if (second.ok) flaky.push(...first.failed)
  }
  if (!first.ok && !named) count('tests', false)
  for (const result of byFile.values()) {
    passed += result.passed
    for (const failure of result.failures) count(failure, false)
  }
}

mkdirSync('build', { recursive: true })
for (const [name, command] of SECTIONS) count(name, section(name, command))
tests()

console.log('')
for (const name of flaky) console.log(`FLAKY: ${name} failed, and passed when it was run again`)
for (const name of failures) console.log(`FAILED: ${name}`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
