// Finds out which changes the tests notice: first every test tries each change that it reaches, in the process of its file. Those that this cannot judge get a process
// of their own, where the change is made from the start: changes that act while a module loads, that left something behind, or whose effect is kept in memory.
// Starting Vitest costs more than most tests, so the run that finds what the tests of a file reach lets the fast ones try the changes at once.
import { runTask } from './processes.mjs'

/** The fastest tests of all files try the changes first, then those below the next of these limits, in milliseconds. */
const TIERS = [25, 100, 400, Infinity]
/** The time that tests may take together for one change, in milliseconds: slower ones are left out, so more changes may be left. */
export const MOST = 30_000

/** @typedef {'noticed' | 'hung' | 'survived' | 'unreached'} Fate */

/**
 * @param {string} folder for what the processes need
 * @param {{ path: string, changed: string }[]} files
 * @param {readonly Fate[]} known what is known of each change: those that were noticed are not tried again
 * @param {string[]} tests files of tests
 * @param {{ tell: (text: string) => void, keep: (fates: readonly Fate[]) => void, most?: number }} options `tell` takes what goes on, `keep` what is known so far; `most` as MOST
 * @returns {Promise<Fate[]>} of each change
 */
export async function measure(folder, files, known, tests, { tell, keep, most: limit = MOST }) {
  const fates = [...known], count = known.length
  /** Tests that reach a change, by id, with their milliseconds. @type {Map<string, { file: string, time: number, hits: Set<number> }>} */
  const reached = new Map()
  /** Files that reach a change while they load. @type {Map<string, Set<number>>} */
  const loads = new Map()
  /** Changes that need a process of their own. @type {Set<number>} */
  const alone = new Set()
  const noticed = id => fates[id] === 'noticed' || fates[id] === 'hung'
  const every = Array.from({ length: count }, (_, id) => id)

  /** Changes that have left something behind in the process of a file. @type {Map<string, Set<number>>} */
  const spoilt = new Map(tests.map(file => [file, new Set()]))

  /**
   * Lets some tests of a file try changes; without `only`, it finds what each test reaches, and the fastest try them at once.
   * @param {string} file @param {Set<number>} todo @param {string[]} [only] @returns {Promise<boolean>} whether all were tried: otherwise without `only` nothing more than what the tests reach is known
   */
  async function tries(file, todo, only) {
    const longest = Math.max(0, ...(only ?? []).map(test => reached.get(test)?.time ?? 0))
    let whole = true
    for (let again = true; again;) {
      again = false
      const { lines, hung, code, output } = await runTask(folder, { files, count, tests: [file], todo: [...todo].filter(id => !noticed(id)), ...only ? { only } : { atOnce: TIERS[0] } }, longest)
      for (const [kind, id, ...rest] of lines) {
        if (kind === 'fails') throw new Error(`${file}: a test fails without a change: ${id}: ${rest[0]}`)
        if (kind === 'hits' && !only) reached.set(id, { file, time: rest[0], hits: new Set(rest[1]) })
        if (kind === 'end' && !only) loads.set(file, new Set(id))
        if (kind === 'noticed' || kind === 'hung') fates[id] = kind
        if (kind === 'doubt' || kind === 'passed' && !rest[1]) alone.add(id)
        if (kind === 'spoilt') {
          alone.add(id)
          spoilt.get(file)?.add(id)
          again = todo.delete(id)
        }
      }
      const last = lines.at(-1)
      if (hung && last?.[0] === 'try' && last[1] >= 0) {
        fates[last[1]] = 'hung'
        again = true
      } else if (hung && lines.some(([kind, id]) => kind === 'try' && id >= 0)) {
        // The test hangs without a change now: the change before has left something behind.
        const [, id] = /** @type {any[]} */ (lines.findLast(([kind, id]) => kind === 'try' && id >= 0))
        alone.add(id)
        spoilt.get(file)?.add(id)
        todo.delete(id)
        again = true
      } else if (last?.[0] !== 'end') throw new Error(`${file}: Vitest ended with ${code}, after ${JSON.stringify(last)}: ${output}`)
      if (again && !only) {
        whole = false
        todo.clear()
      }
    }
    return whole
  }

  /** Files whose fastest tests have tried all changes that they reach. */
  const begun = new Set()
  for (const file of tests) {
    if (await tries(file, new Set(every.filter(id => !noticed(id))))) begun.add(file)
    keep(fates)
  }
  const left = () => every.filter(id => !noticed(id))
  const spent = Array(count).fill(0)
  for (const [tier, most] of TIERS.entries()) {
    for (const file of tests.filter(file => tier > 0 || !begun.has(file))) {
      const own = [...reached].filter(([, test]) => test.file === file && test.time <= most && test.time > (TIERS[tier - 1] ?? -1))
      const todo = new Set(), only = []
      for (const [id, { time, hits }] of own) {
        const wanted = left().filter(change => hits.has(change) && !spoilt.get(file)?.has(change) && spent[change] + time <= limit)
        for (const change of wanted) {
          todo.add(change)
          spent[change] += time
        }
        if (wanted.length > 0) only.push(id)
      }
      if (only.length > 0) await tries(file, todo, only)
      keep(fates)
    }
    tell(`${count - left().length} of ${count} changes are noticed by tests of up to ${most} ms`)
  }

  /** Milliseconds of a file's tests together. @param {string} file */
  const timeOf = file => [...reached.values()].filter(test => test.file === file).reduce((sum, { time }) => sum + time, 0)
  const byTime = tests.map(file => ({ file, time: timeOf(file) })).sort((a, b) => a.time - b.time)
  for (const id of left()) {
    const inTests = new Set([...reached.values()].filter(({ hits }) => hits.has(id)).map(({ file }) => file))
    const inLoads = byTime.filter(({ file }) => loads.get(file)?.has(id)).map(({ file }) => file)
    if (inTests.size + inLoads.length === 0) continue
    fates[id] = 'survived'
    const own = alone.has(id) ? byTime.map(({ file }) => file).filter(file => inTests.has(file) || inLoads.includes(file)) : inLoads
    let time = 0
    const fast = own.filter((file, index) => (time += timeOf(file)) <= limit || index === 0)
    if (fast.length > 0) {
      const longest = Math.max(0, ...[...reached.values()].filter(test => fast.includes(test.file)).map(({ time }) => time))
      const { code, hung } = await runTask(folder, { files, count, tests: fast, todo: [], whole: id }, longest)
      if (hung) fates[id] = 'hung'
      else if (code !== 0) fates[id] = 'noticed'
    }
    keep(fates)
  }
  keep(fates)
  return fates
}
