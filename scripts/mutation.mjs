// npm run mutation -- PATHS [--tests PATHS] [--write] : makes each small change of the sources in PATHS alone, and runs the test files that reach it: does a test notice?
// It prints the changes that no test notices. Each ends it with exit code 1, unless scripts/mutation/explained.txt says why the change makes no difference.
// --write puts the figures into docs/mutation.md. CONTRIBUTING.md says why this is our own tool.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { projectFiles } from './check/files.mjs'
import { mutate } from './mutation/mutants.mjs'

const FOLDER = resolve('build/mutation')
const TABLE = 'docs/mutation.md'
/** Tests that may notice a change, by the beginning of its path; a first run finds those that reach it. */
const TESTS = [
  ['src/host-key/', ['test/unit/host-key', 'test/wild/known-hosts.test.ts']], ['src/keys/', ['test/unit/keys', 'test/wild/pasted-keys.test.ts']],
  ['src/client/auth/', ['test/wild/login-agents.test.ts', 'test/wild/login-algorithms.test.ts', 'test/wild/login-certificate.test.ts', 'test/wild/login-rsa.test.ts', 'test/wild/login-steps.test.ts', 'test/fixes/authentication.test.ts', 'test/integration/client']],
]
/** Milliseconds that a runner may take for its start and a run of tests: a change may make a loop endless. Four times the first run of all tests, from then on. */
let longest = 600_000

const args = process.argv.slice(2)
const write = args.includes('--write')
const beforeTests = args.filter(arg => arg !== '--write')
const at = beforeTests.indexOf('--tests')
const paths = at < 0 ? beforeTests : beforeTests.slice(0, at)
if (paths.length === 0) throw new Error('npm run mutation -- PATHS [--tests PATHS] [--write]')
const sources = projectFiles(...paths).filter(path => path.endsWith('.ts') && !/\.(gen|d)\.ts$/.test(path))
const tests = at < 0 ? [...new Set(sources.flatMap(source => TESTS.filter(([prefix]) => source.startsWith(/** @type {string} */ (prefix))).flatMap(([, files]) => files)))] : beforeTests.slice(at + 1)
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

/** Runs the runner on `todo` until it ends or says nothing for too long; results by number. @param {{ id: number, tests: string[] }[]} todo */
async function run(todo) {
  const task = `${FOLDER}/task.json`
  writeFileSync(task, JSON.stringify({ files: files.map(({ path, first }) => ({ path, first })), tests, active: `${FOLDER}/active`, hits: `${FOLDER}/hits`, todo }))
  const child = spawn(process.execPath, ['scripts/mutation/runner.mjs', task], { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  /** @type {Map<number, { failed: string[], errors: string[], count: number }>} */
  const results = new Map()
  let rest = ''
  let ended = false
  const hangs = () => {
    ended = true
    try { process.kill(-(child.pid ?? 0), 'SIGKILL') } catch { /* It has ended by itself. */ }
  }
  let timer = setTimeout(hangs, longest)
  child.stdout.setEncoding('utf8').on('data', chunk => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (!line.startsWith('@@')) continue
      const { id, ...result } = JSON.parse(line.slice(2))
      results.set(id, result)
      clearTimeout(timer)
      timer = setTimeout(hangs, longest)
    }
  })
  const code = await new Promise(settle => { child.on('close', settle) })
  clearTimeout(timer)
  // Only a change that makes a test hang may end the runner: a runner that fails by itself says nothing about changes.
  if (code !== 0 && !ended) throw new Error(`scripts/mutation/runner.mjs failed with ${code}`)
  return results
}

rmSync(FOLDER, { recursive: true, force: true })
mkdirSync(FOLDER, { recursive: true })
const start = performance.now()
const control = (await run([])).get(-1)
longest = Math.max(30_000, 4 * (performance.now() - start))
if (!control || control.failed.length + control.errors.length > 0 || control.count === 0) {
  throw new Error(`the tests do not pass without a change: ${JSON.stringify(control)}`)
}
/** @type {Map<number, Set<string>>} */
const reached = new Map()
for (const line of existsSync(`${FOLDER}/hits`) ? readFileSync(`${FOLDER}/hits`, 'utf8').trim().split('\n') : []) {
  const [id, test] = line.split('\t')
  reached.set(Number(id), (reached.get(Number(id)) ?? new Set()).add(test))
}
console.log(`${count} changes of ${files.length} files, ${reached.size} of them reached by ${control.count} test files`)

/** @type {Map<number, 'killed' | 'hung' | 'survived'>} */
const fates = new Map()
let todo = [...reached].map(([id, set]) => ({ id, tests: [...set] })).sort((a, b) => a.id - b.id)
while (todo.length > 0) {
  const results = await run(todo)
  for (const [id, { failed, errors }] of results) fates.set(id, failed.length + errors.length > 0 ? 'killed' : 'survived')
  const hung = todo.find(({ id }) => !fates.has(id))
  if (hung) fates.set(hung.id, 'hung')
  todo = todo.filter(({ id }) => !fates.has(id))
}

let open = 0
const rows = files.map(({ path, first, mutants: own }) => {
  const ids = own.map((_, index) => first + index)
  const alive = ids.filter(id => (fates.get(id) ?? 'survived') === 'survived')
  const unexplained = alive.filter(id => !explained.has(nameOf(mutants[id])))
  open += unexplained.length
  for (const id of unexplained) console.log(`line ${mutants[id].line}, ${reached.has(id) ? 'no test notices' : 'no test reaches'}: ${nameOf(mutants[id])}`)
  return [path, own.length, ids.filter(id => fates.get(id) === 'killed').length, ids.filter(id => fates.get(id) === 'hung').length, alive.length - unexplained.length, unexplained.length]
})
for (const row of rows) console.log(row.join('\t'))
console.log(`${mutants.length - open} of ${mutants.length} changes are noticed or explained, ${open} are not`)

if (write) {
  const head = `# Mutation testing

Written by \`npm run mutation -- PATHS --write\`: small changes of the sources (another operator, a condition that is always true or false, a statement left out, a number
one larger, an inverted boolean). Each is made alone, and the test files that reach it run. "Explained" ones make no difference:
\`scripts/mutation/explained.txt\` says why. Files that are not listed have not been measured yet.

| source | changes | noticed | ended a test by hanging | explained | not noticed |
| --- | --: | --: | --: | --: | --: |
`
  const old = existsSync(TABLE) ? readFileSync(TABLE, 'utf8').split('\n').filter(line => line.startsWith('| src/')) : []
  const own = rows.map(row => `| ${row.join(' | ')} |`)
  const all = new Map([...old, ...own].map(line => [line.split(' | ')[0], line]))
  writeFileSync(TABLE, `${head}${[...all.values()].sort().join('\n')}\n`)
}
process.exitCode = open > 0 ? 1 : 0
