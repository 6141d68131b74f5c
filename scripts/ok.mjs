// npm run ok : every check, each of them to its end, then one line `N passed, N failed`: each test and each other check is one.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'

const RESULTS = 'build/test-results.json'
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

/** Adds vitest's own figures; a file that could not be loaded, or an error outside of tests, counts as a failure. */
function countTests(ok) {
  const before = failed
  if (existsSync(RESULTS)) {
    const { testResults } = JSON.parse(readFileSync(RESULTS, 'utf8'))
    for (const file of testResults) {
      for (const test of file.assertionResults) {
        if (test.status === 'passed') passed++
        else if (test.status === 'failed') count(test.fullName, false)
      }
      if (file.status === 'failed' && !file.assertionResults.some(test => test.status === 'failed')) count(file.name, false)
    }
  }
  if (!ok && failed === before) count('tests', false)
}

mkdirSync('build', { recursive: true })
for (const [name, command] of SECTIONS) count(name, section(name, command))
rmSync(RESULTS, { force: true })
countTests(section('tests', ['bash', 'scripts/test.sh'], { VITEST_JSON: RESULTS }))

console.log('')
for (const name of failures) console.log(`FAILED: ${name}`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
