// npm run mutation -- PATHS [--tests PATH]... [--again] [--seconds N] [--write] : makes each small change of the sources in PATHS alone, and runs the tests that reach it: does a test notice?
// It prints the changes that no test notices. Each ends it with exit code 1, unless scripts/mutation/explained.txt says why the change makes no difference.
// --again tries only the changes that earlier runs left, after tests were added: put only those after --tests. --seconds is the time of all tests together for one change (30): with fewer, more changes are left for --again. --write puts the figures into docs/mutation.md. CONTRIBUTING.md says why this is our own tool.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { projectFiles } from './check/files.mjs'
import { mutate } from './mutation/mutants.mjs'
import { measure, MOST } from './mutation/measure.mjs'

const FOLDER = resolve(`build/mutation/${process.pid}`)
/** What is known of each change, for --again. */
const KEPT = 'build/mutation-fates.json'
const TABLE = 'docs/mutation.md'
/** Tests that may notice a change, by the beginning of its path; a first run finds those that reach it. */
const TESTS = [
  ['src/host-key/', ['test/unit/host-key', 'test/wild/known-hosts.test.ts']], ['src/keys/', ['test/unit/keys', 'test/wild/pasted-keys.test.ts']],
  ['src/bindings/known-hosts.ts', ['test/fixes/known-hosts.test.ts', 'test/integration/known-hosts.test.ts']],
  ['src/client/auth/', ['test/unit/client/auth', 'test/wild/login-agents.test.ts', 'test/wild/login-algorithms.test.ts', 'test/wild/login-certificate.test.ts', 'test/wild/login-rsa.test.ts', 'test/wild/login-steps.test.ts']],
]
const { positionals: paths, values: { tests: named = [], again, seconds, write } } = parseArgs({
  allowPositionals: true, options: { tests: { type: 'string', multiple: true }, again: { type: 'boolean' }, seconds: { type: 'string' }, write: { type: 'boolean' } },
})
if (paths.length === 0) throw new Error('npm run mutation -- PATHS [--tests PATH]... [--again] [--seconds N] [--write]')
const sources = projectFiles(...paths).filter(path => path.endsWith('.ts') && !/\.(gen|d)\.ts$/.test(path))
const places = named.length === 0 ? [...new Set(TESTS.filter(([prefix]) => sources.some(source => source.startsWith(/** @type {string} */ (prefix)))).flatMap(([, places]) => places))] : named
const tests = places.length === 0 ? [] : projectFiles(...places).filter(path => path.endsWith('.test.ts') || places.includes(path))
if (tests.length === 0) throw new Error('no tests are known for these sources: name them with --tests')

let count = 0
const files = sources.map(path => {
  const { mutants, text: changed } = mutate(path, readFileSync(path, 'utf8'), count)
  const first = count
  count += mutants.length
  return { path, first, mutants, changed }
})
const mutants = files.flatMap(({ path, mutants }) => {
  const lines = readFileSync(path, 'utf8').split('\n')
  return mutants.map(mutant => ({ path, text: lines[mutant.line - 1].trim(), ...mutant }))
})

/** The reasons why a change makes no difference, by the source and the change. */
const explained = new Map(readFileSync('scripts/mutation/explained.txt', 'utf8').split('\n').filter(line => line && !line.startsWith('#')).map(line => {
  const [where, why] = line.split(' : because ')
  return [where, why]
}))
const nameOf = ({ path, text, before, after }) => `${path}: ${text}: ${before} => ${after}`

/** What earlier runs found of each change, by its name; several of one name have a number. @returns {Record<string, import('./mutation/measure.mjs').Fate>} */
const readKept = () => existsSync(KEPT) ? JSON.parse(readFileSync(KEPT, 'utf8')) : {}
const kept = readKept()
const seen = new Map()
const keys = mutants.map(mutant => {
  const name = nameOf(mutant), nth = seen.get(name) ?? 0
  seen.set(name, nth + 1)
  return `${nth} ${name}`
})
const known = keys.map(key => again && kept[key] || 'unreached')
/** Keeps what is known so far, so that --again goes on where a run was ended. Another run may have written meanwhile. */
const keep = fates => {
  const now = readKept()
  const isNoticed = key => now[key] === 'noticed' || now[key] === 'hung'
  writeFileSync(KEPT, JSON.stringify({ ...now, ...Object.fromEntries(keys.map((key, id) => [key, again && isNoticed(key) ? now[key] : fates[id]])) }))
}
const fates = await measure(FOLDER, files.map(({ path, first, changed }) => ({ path, first, changed })), known, tests, { tell: text => console.log(text), keep, most: seconds === undefined ? MOST : Number(seconds) * 1000 })
rmSync(FOLDER, { recursive: true, force: true })
const rows = files.map(({ path, first, mutants: own }) => {
  const ids = own.map((_, index) => first + index)
  const alive = ids.filter(id => fates[id] === 'survived' || fates[id] === 'unreached')
  const unexplained = alive.filter(id => !explained.has(nameOf(mutants[id])))
  for (const id of unexplained) console.log(`line ${mutants[id].line}, no test ${fates[id] === 'survived' ? 'notices' : 'reaches'}: ${nameOf(mutants[id])}`)
  return [path, own.length, ids.filter(id => fates[id] === 'noticed').length, ids.filter(id => fates[id] === 'hung').length, alive.length - unexplained.length, unexplained.length]
})
for (const row of rows) console.log(row.join('\t'))
const open = rows.reduce((sum, row) => sum + Number(row[5]), 0)
console.log(`${mutants.length - open} of ${mutants.length} changes are noticed or explained, ${open} are not`)

if (write) {
  const head = `# Mutation testing

Written by \`npm run mutation -- PATHS --write\`: small changes of the sources (another operator, a condition that is always true or false, a statement left out, a number
one larger, an inverted boolean). Each is made alone, and the tests that reach it run. "Explained" ones make no difference:
\`scripts/mutation/explained.txt\` says why.
A change is noticed if a test that reaches it fails with it, passes without it, and fails with it again; one that acts while a module
loads, or leaves something behind, gets a process of its own. Files that are not listed have not been measured yet.

| source | changes | noticed | ended a test by hanging | explained | not noticed |
| --- | --: | --: | --: | --: | --: |
`
  const old = existsSync(TABLE) ? readFileSync(TABLE, 'utf8').split('\n').filter(line => line.startsWith('| src/')) : []
  const own = rows.map(row => `| ${row.join(' | ')} |`)
  const all = new Map([...old, ...own].map(line => [line.split(' | ')[0], line]))
  writeFileSync(TABLE, `${head}${[...all.values()].sort().join('\n')}\n`)
}
process.exitCode = open > 0 ? 1 : 0
