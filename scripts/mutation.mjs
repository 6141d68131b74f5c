// npm run mutation -- PATHS [--tests PATH]... [--jobs N] [--write] : makes each small change of the sources in PATHS alone, and runs the tests that reach it: does a test notice?
// It prints the changes that no test notices. Each ends it with exit code 1, unless scripts/mutation/explained.txt says why the change makes no difference.
// --jobs N runs N changes at a time; --write puts the figures into docs/mutation.md. CONTRIBUTING.md says why this is our own tool.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { projectFiles } from './check/files.mjs'
import { mutate } from './mutation/mutants.mjs'
import { runTask } from './mutation/processes.mjs'

const FOLDER = resolve('build/mutation')
const TABLE = 'docs/mutation.md'
/** Tests that may notice a change, by the beginning of its path; a first run finds those that reach it. */
const TESTS = [
  ['src/host-key/', ['test/unit/host-key', 'test/wild/known-hosts.test.ts']], ['src/keys/', ['test/unit/keys', 'test/wild/pasted-keys.test.ts']],
  ['src/client/auth/', ['test/wild/login-agents.test.ts', 'test/wild/login-algorithms.test.ts', 'test/wild/login-certificate.test.ts', 'test/wild/login-rsa.test.ts', 'test/wild/login-steps.test.ts', 'test/fixes/authentication.test.ts', 'test/integration/client']],
]
const { positionals: paths, values: { tests: named = [], jobs, write } } = parseArgs({
  allowPositionals: true, options: { tests: { type: 'string', multiple: true }, jobs: { type: 'string', default: '1' }, write: { type: 'boolean' } },
})
if (paths.length === 0) throw new Error('npm run mutation -- PATHS [--tests PATH]... [--jobs N] [--write]')
const sources = projectFiles(...paths).filter(path => path.endsWith('.ts') && !/\.(gen|d)\.ts$/.test(path))
const tests = named.length === 0 ? [...new Set(sources.flatMap(source => TESTS.filter(([prefix]) => source.startsWith(/** @type {string} */ (prefix))).flatMap(([, files]) => files)))] : named
if (tests.length === 0) throw new Error('no tests are known for these sources: name them with --tests')

let count = 0
const files = sources.map(path => {
  const { mutants } = mutate(path, readFileSync(path, 'utf8'))
  const first = count
  count += mutants.length
  return { path, first, mutants }
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

rmSync(FOLDER, { recursive: true, force: true })
mkdirSync(FOLDER, { recursive: true })
const task = { files: files.map(({ path, first }) => ({ path, first })), tests }
// A busy machine must not look like a test that noticed a change: times are generous multiples of those of this first run.
/** @type {any} */
let control
await runTask(FOLDER, { ...task, testTimeout: 60_000, todo: [] }, 600_000, result => { control = result })
if (!control || control.failed.length + control.errors.length > 0 || control.count === 0) {
  throw new Error(`the tests do not pass without a change: ${JSON.stringify(control)}`)
}
/** Milliseconds of each test, and of all tests of a file. @type {Map<string, number>} */
const times = new Map()
for (const [file, id, time] of control.times) times.set(id, time).set(file, (times.get(file) ?? 0) + time)
/** How many tests of a file pass. */
const counts = new Map()
for (const [file] of control.times) counts.set(file, (counts.get(file) ?? 0) + 1)
const testTimeout = 10_000 + 6 * Math.max(...control.times.map(([, , time]) => time))
/** The tests that reach each change: by file, with their ids; '' stands for the file while it loads. @type {Map<number, Map<string, Set<string>>>} */
const reached = new Map()
for (const line of existsSync(`${FOLDER}/hits`) ? readFileSync(`${FOLDER}/hits`, 'utf8').trim().split('\n') : []) {
  const [id, file, test] = line.split('\t')
  const of = reached.get(Number(id)) ?? new Map()
  reached.set(Number(id), of.set(file, (of.get(file) ?? new Set()).add(test)))
}
console.log(`${count} changes of ${files.length} files, ${reached.size} of them reached by ${control.count} test files`)

/** What reaches a change, the shortest tests first. @param {Map<string, Set<string>>} of */
const inOrder = of => [...of].map(([file, ids]) => {
  const tests = [...ids].filter(id => times.has(id)), all = counts.get(file)
  if (ids.has('')) return { file, all, count: all, time: times.get(file) ?? 0 }
  return { file, all, count: tests.length, tests, time: tests.reduce((sum, id) => sum + (times.get(id) ?? 0), 0) }
}).filter(({ count }) => count > 0).sort((a, b) => a.time - b.time)

let open = 0
/** Prints a change that nothing notices, unless it is explained. @param {number} id */
function tell(id) {
  if (explained.has(nameOf(mutants[id]))) return
  open++
  console.log(`line ${mutants[id].line}, ${reached.has(id) ? 'no test notices' : 'no test reaches'}: ${nameOf(mutants[id])}`)
}
for (const id of mutants.keys()) if (!reached.has(id)) tell(id)

/** @type {Map<number, 'killed' | 'hung' | 'survived'>} */
const fates = new Map()
/** @param {string} folder @param {{ id: number, reaches: unknown[] }[]} todo */
async function work(folder, todo) {
  mkdirSync(folder, { recursive: true })
  while (todo.length > 0) {
    await runTask(folder, { ...task, testTimeout, todo }, testTimeout + 10_000, ({ id, noticed }) => {
      fates.set(id, noticed ? 'killed' : 'survived')
      if (!noticed) tell(id)
    })
    const hung = todo.find(({ id }) => !fates.has(id))
    if (hung) fates.set(hung.id, 'hung')
    todo = todo.filter(({ id }) => !fates.has(id))
  }
}
const todo = [...reached].map(([id, of]) => ({ id, reaches: inOrder(of) })).sort((a, b) => a.id - b.id)
await Promise.all(Array.from({ length: Number(jobs) }, (_, job) => work(`${FOLDER}/${job}`, todo.filter((_, index) => index % Number(jobs) === job))))

const rows = files.map(({ path, first, mutants: own }) => {
  const ids = own.map((_, index) => first + index)
  const alive = ids.filter(id => (fates.get(id) ?? 'survived') === 'survived')
  const unexplained = alive.filter(id => !explained.has(nameOf(mutants[id])))
  return [path, own.length, ids.filter(id => fates.get(id) === 'killed').length, ids.filter(id => fates.get(id) === 'hung').length, alive.length - unexplained.length, unexplained.length]
})
for (const row of rows) console.log(row.join('\t'))
console.log(`${mutants.length - open} of ${mutants.length} changes are noticed or explained, ${open} are not`)

if (write) {
  const head = `# Mutation testing

Written by \`npm run mutation -- PATHS --write\`: small changes of the sources (another operator, a condition that is always true or false, a statement left out, a number
one larger, an inverted boolean). Each is made alone, and the tests that reach it run. "Explained" ones make no difference:
\`scripts/mutation/explained.txt\` says why. Known fault of the tool: with many runs in one process, Vitest now
and then gives the results of an earlier run, so a change that is listed as not noticed may be noticed, and the reverse: try it by hand. Files that are not listed have not been measured yet.

| source | changes | noticed | ended a test by hanging | explained | not noticed |
| --- | --: | --: | --: | --: | --: |
`
  const old = existsSync(TABLE) ? readFileSync(TABLE, 'utf8').split('\n').filter(line => line.startsWith('| src/')) : []
  const own = rows.map(row => `| ${row.join(' | ')} |`)
  const all = new Map([...old, ...own].map(line => [line.split(' | ')[0], line]))
  writeFileSync(TABLE, `${head}${[...all.values()].sort().join('\n')}\n`)
}
process.exitCode = open > 0 ? 1 : 0
