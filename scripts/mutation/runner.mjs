// runner.mjs TASK.json : runs the tests on one mutant after the other in one process of Vitest, and prints the result of each as a line of JSON. scripts/mutation.mjs starts
// it, and starts it again after a mutant that makes a test hang. The source files do not change: the changes are made when they load.
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createVitest } from 'vitest/node'
import { mutate } from './mutants.mjs'

/** @type {{ files: { path: string, first: number }[], tests: string[], active: string, hits: string, todo: { id: number, tests: string[] }[] }} */
const { files, tests, active, hits, todo } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const byPath = new Map(files.map(({ path, first }) => [resolve(path), first]))

/** Precedes a changed module. While no change is made, it records which tests reach each one. */
const head = `import { readFileSync as __read, appendFileSync as __append } from 'node:fs'
const __active = Number(__read(${JSON.stringify(active)}, 'utf8')), __hits = new Set()
const __mutant = id => {
  if (__active < 0 && !__hits.has(id)) { __hits.add(id); __append(${JSON.stringify(hits)}, id + '\\t' + globalThis.__vitest_worker__?.filepath + '\\n') }
  return id === __active
}
`
const mutation = {
  name: 'mutation', enforce: /** @type {const} */ ('pre'),
  transform(text, id) {
    const first = byPath.get(id.split('?')[0])
    return first === undefined ? undefined : head + mutate(id, text, first).text
  },
}
const say = value => process.stdout.write(`\n@@${JSON.stringify(value)}\n`)

// A busy machine must not look like a test that noticed a change.
const vitest = await createVitest('test', { watch: false, bail: 1, reporters: [{}], maxWorkers: 1, testTimeout: 60_000 }, { plugins: [mutation] })
/** @param {number} id @param {string[]} paths of test files; empty for all of the task */
async function run(id, paths) {
  writeFileSync(active, String(id))
  const all = await vitest.globTestSpecifications(paths.length > 0 ? paths : tests)
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(all)
  const failed = testModules.flatMap(module => [...module.children.allTests('failed')].map(test => `${module.relativeModuleId}: ${test.fullName}: ${test.result().errors?.[0]?.message ?? ''}`).concat(module.errors().length > 0 ? [module.relativeModuleId] : []))
  return { count: testModules.length, failed, errors: unhandledErrors.map(error => /** @type {Error} */ (error).message) }
}
if (todo.length === 0) say({ id: -1, ...await run(-1, []) })
for (const { id, tests: paths } of todo) say({ id, ...await run(id, paths) })
await vitest.close()
process.exit(0) // Vitest has set another code for the tests that failed, as they should.

