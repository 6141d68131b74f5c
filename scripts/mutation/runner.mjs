// runner.mjs TASK.json : runs the tests on one mutant after the other in one process of Vitest, and prints what it does as lines of JSON. scripts/mutation/processes.mjs starts
// it, and starts it again after a mutant that makes a test hang. The source files do not change: the changes are made when they load.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createVitest } from 'vitest/node'
import { mutate } from './mutants.mjs'

/** @typedef {{ file: string, tests?: string[], count: number, all: number }} Reach a test file and the ids of its tests that reach a change, all of them if the change is reached while the file loads; how many pass without a change, of those and of all in the file */

/** @type {{ files: { path: string, first: number }[], tests: string[], active: string, hits: string, testTimeout: number, todo: { id: number, reaches: (Reach & { time: number })[] }[] }} */
const { files, tests, active, hits, testTimeout, todo } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const byPath = new Map(files.map(({ path, first }) => [resolve(path), first]))

/** Precedes a changed module. While no change is made, it records which tests reach each one. */
const head = `import { readFileSync as __read, appendFileSync as __append } from 'node:fs'
const __active = Number(__read(${JSON.stringify(active)}, 'utf8')), __hits = new Set()
const __mutant = id => {
  if (__active === -1) {
    const { filepath, current } = globalThis.__vitest_worker__ ?? {}, hit = id + '\\t' + filepath + '\\t' + (current?.type === 'test' ? current.id : '')
    if (!__hits.has(hit)) { __hits.add(hit); __append(${JSON.stringify(hits)}, hit + '\\n') }
  }
  if (id === __active && !__hits.has(id)) { __hits.add(id); __append(${JSON.stringify(`${active}.made`)}, id + '\\n') }
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

// No bail: the cancelled rest of a run would reach into the next one.
const vitest = await createVitest('test', { watch: false, reporters: [{}], maxWorkers: 1, testTimeout }, { plugins: [mutation] })
/** @param {number} id @param {import('vitest/node').TestSpecification[]} specifications */
async function run(id, specifications) {
  writeFileSync(active, String(id))
  rmSync(`${active}.made`, { force: true })
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications)
  const all = testModules.flatMap(module => [...module.children.allTests()])
  return {
    count: testModules.length,
    passed: all.filter(test => test.result().state === 'passed').map(test => test.id),
    times: all.filter(test => test.result().state === 'passed').map(test => [test.module.moduleId, test.id, test.diagnostic()?.duration ?? 0]),
    failed: all.filter(test => test.result().state === 'failed').map(test => ({ id: test.id, text: `${test.module.relativeModuleId}: ${test.fullName}: ${test.result().errors?.[0]?.message ?? ''}` })),
    errors: [...testModules.flatMap(module => module.errors()), ...unhandledErrors].map(error => /** @type {Error} */ (error).message),
  }
}
/** @param {{ file: string, tests?: string[] }} part */
const specification = ({ file, tests }) => vitest.projects[0].createSpecification(file, tests ? { testIds: tests } : {})

/** Which tests pass alone, without a change: one that needs an earlier test of its file would fail with every change. @type {Map<string, boolean>} */
const alone = new Map()
/** @param {string} file @param {string} test */
async function passesAlone(file, test) {
  if (!alone.has(test)) alone.set(test, (await run(-2, [specification({ file, tests: [test] })])).failed.length === 0)
  return alone.get(test)
}

/** Whether a test notices the change. @param {number} id @param {Reach} reach @param {number} [again] */
async function notices(id, reach, again = 0) {
  const { failed, errors, passed } = await run(id, [specification(reach)])
  if (failed.length + errors.length === 0) {
    const ran = new Set(passed)
    const made = existsSync(`${active}.made`) && readFileSync(`${active}.made`, 'utf8').split('\n').includes(String(id))
    if (made && (reach.tests ? reach.tests.every(test => ran.has(test)) : ran.size >= reach.count)) return false
    if (again === 10) throw new Error(`change ${id} was ${made ? 'made' : 'not made'}; in ${reach.file} ${passed.length} tests passed: ${passed}, not ${reach.tests ?? reach.count}`)
    return notices(id, reach, again + 1)
  }
  if (!reach.tests || failed.length === 0 || await passesAlone(reach.file, failed[0].id)) return true
  return notices(id, { file: reach.file, count: reach.all, all: reach.all })
}

if (todo.length === 0) say({ id: -1, ...await run(-1, await vitest.globTestSpecifications(tests)) })
for (const { id, reaches } of todo) {
  let noticed = false
  for (const { time, ...reach } of reaches) {
    say({ expected: time })
    if (noticed = await notices(id, reach)) break
  }
  say({ id, noticed })
}
await vitest.close()
process.exit(0) // Vitest has set another code for the tests that failed, as they should.
