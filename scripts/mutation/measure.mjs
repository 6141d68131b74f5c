// Finds out which changes the tests notice: first every test tries each change that it reaches, in the process of its file. Those that this cannot judge get a process
// of their own, where the change is made from the start: changes that act while a module loads, that left something behind, or whose effect is kept in memory.
import { runTask } from './processes.mjs'

/** A test that takes longer tries only the changes that the faster ones have not noticed. In milliseconds. */
const SLOW = 250
/** The time that tests may take together for one change, in milliseconds: slower ones are left out. */
const MOST = 30_000

/** @typedef {'noticed' | 'hung' | 'survived' | 'unreached'} Fate */

/**
 * @param {string} folder for what the processes need
 * @param {{ path: string, first: number }[]} files
 * @param {number} count of all changes
 * @param {string[]} tests files of tests
 * @param {(text: string) => void} tell takes what goes on
 * @returns {Promise<Fate[]>} of each change
 */
export async function measure(folder, files, count, tests, tell) {
  /** @type {Fate[]} */
  const fates = Array(count).fill('unreached')
  /** Tests that reach a change, by id, with their milliseconds. @type {Map<string, { file: string, time: number, hits: Set<number> }>} */
  const reached = new Map()
  /** Files that reach a change while they load. @type {Map<string, Set<number>>} */
  const loads = new Map()
  /** Changes that need a process of their own. @type {Set<number>} */
  const alone = new Set()
  const noticed = id => fates[id] === 'noticed' || fates[id] === 'hung'
  const every = Array.from({ length: count }, (_, id) => id)

  /** Lets the tests of a file try changes. @param {string} file @param {Set<number>} todo @param {number} slow @param {string[]} [only] */
  async function tries(file, todo, slow, only) {
    const longest = Math.max(0, ...[...reached.values()].filter(test => test.file === file && test.time <= slow).map(({ time }) => time))
    for (let again = true; again;) {
      again = false
      const { lines, hung, code, output } = await runTask(folder, { files, count, test: file, todo: [...todo].filter(id => !noticed(id)), slow, ...only && { only } }, longest)
      for (const [kind, id, ...rest] of lines) {
        if (kind === 'fails') throw new Error(`${file}: a test fails without a change: ${id}: ${rest[0]}`)
        if (kind === 'hits') reached.set(id, { file, time: rest[0], hits: new Set(rest[1]) })
        if (kind === 'end') loads.set(file, new Set(id))
        if (kind === 'noticed' || kind === 'hung') fates[id] = kind
        if (kind === 'doubt' || kind === 'passed' && !rest[1]) alone.add(id)
        if (kind === 'spoilt') {
          alone.add(id)
          again = todo.delete(id)
        }
      }
      const last = lines.at(-1)
      if (hung && last?.[0] === 'try' && last[1] >= 0) {
        fates[last[1]] = 'hung'
        again = true
      } else if (last?.[0] !== 'end') throw new Error(`${file}: Vitest ended with ${code}, after ${JSON.stringify(last)}: ${output}`)
    }
  }

  for (const file of tests) await tries(file, new Set(every), SLOW)
  const left = () => every.filter(id => !noticed(id))
  tell(`${count - left().length} of ${count} changes are noticed by fast tests`)

  const spent = Array(count).fill(0)
  for (const { time, hits } of reached.values()) if (time <= SLOW) for (const id of hits) spent[id] += time
  for (const [id, { file, time, hits }] of [...reached].sort(([, a], [, b]) => a.time - b.time)) {
    const todo = time <= SLOW ? [] : left().filter(change => hits.has(change) && !alone.has(change) && spent[change] + time <= MOST)
    for (const change of todo) spent[change] += time
    if (todo.length > 0) await tries(file, new Set(todo), Infinity, [id])
  }
  tell(`${count - left().length} of ${count} changes are noticed by the tests that reach them`)

  /** Milliseconds of a file's tests together. @param {string} file */
  const timeOf = file => [...reached.values()].filter(test => test.file === file).reduce((sum, { time }) => sum + time, 0)
  const byTime = tests.map(file => ({ file, time: timeOf(file) })).sort((a, b) => a.time - b.time)
  for (const id of left()) {
    const inTests = new Set([...reached.values()].filter(({ hits }) => hits.has(id)).map(({ file }) => file))
    const inLoads = byTime.filter(({ file }) => loads.get(file)?.has(id)).map(({ file }) => file)
    if (inTests.size + inLoads.length === 0) continue
    fates[id] = 'survived'
    const own = alone.has(id) ? byTime.map(({ file }) => file).filter(file => inTests.has(file) || inLoads.includes(file)) : inLoads
    for (const file of own) {
      const longest = Math.max(0, ...[...reached.values()].filter(test => test.file === file).map(({ time }) => time))
      const { code, hung } = await runTask(folder, { files, count, test: file, todo: [], slow: 0, whole: id }, longest)
      if (hung) fates[id] = 'hung'
      else if (code !== 0) fates[id] = 'noticed'
      if (noticed(id)) break
    }
  }
  return fates
}
