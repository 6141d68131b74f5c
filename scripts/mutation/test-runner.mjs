// The runner that scripts/mutation/vitest.config.mjs gives to Vitest: it runs each test once without a change, and again with each change that it reaches. What it
// finds it writes into a log itself, since Vitest's own results of a run also hold those of the files of earlier runs. MUTATION_TASK names its task.
import { appendFileSync, readFileSync } from 'node:fs'
import { TestRunner } from 'vitest'

/**
 * @typedef {object} Task
 * @property {{ path: string, changed: string }[]} files the sources, each with the text that has all its changes
 * @property {number} count of all changes
 * @property {string} log file of lines in JSON: `[KIND, CHANGE OR TEST, …]`
 * @property {string[]} tests files of tests: several only with `whole`
 * @property {number[]} todo changes that no test has noticed yet; without any, each test runs once, to find what it reaches
 * @property {string[]} [only] ids of the tests to run, all without it
 * @property {number} [atOnce] only tests of at most so many milliseconds try the changes
 * @property {number} [whole] a change that is made from the start: each test runs once
 */

/** @type {Task} */
const task = JSON.parse(readFileSync(/** @type {string} */ (process.env.MUTATION_TASK), 'utf8'))
/** @param {unknown[]} words */
const say = (...words) => appendFileSync(task.log, `${JSON.stringify(words)}\n`)
const todo = new Set(task.todo)
/** What runs while no test does: modules that load, and hooks of a whole file. */
const loading = new Uint8Array(task.count)
/** What the changed sources look at: see `head` in vitest.config.mjs. @type {{ active: number, made: boolean, hits: Uint8Array | null }} */
const state = globalThis.__mutation = { active: task.whole ?? -1, made: false, hits: loading }
/** @param {Uint8Array} hits */
const idsOf = hits => [...hits.keys()].filter(id => hits[id] === 1)

/** A change whose test failed: `check` runs the test without it, `again` with it. @typedef {'first' | 'second' | 'change' | 'check' | 'again'} Phase */

export default class MutationRunner extends TestRunner {
  /** @type {Phase} */ #phase = 'first'
  /** Changes that the present test still has to try, the present one first. @type {number[]} */ #changes = []
  #hits = new Uint8Array(task.count)
  #start = 0
  /** Milliseconds that the present test takes without a change. */ #time = 0
  #hung = false
  /** A change has left something behind, so what later tests of this process show is not worth anything. */ #spoilt = false

  /** @override */
  async onBeforeRunTask(test) {
    await super.onBeforeRunTask(test)
    if (task.whole !== undefined || test.mode !== 'run' && test.mode !== 'queued') return
    if (this.#spoilt || task.only && !task.only.includes(test.id)) return void (test.mode = 'skip')
    // It ends when `onAfterRetryTask` says "skip".
    test.repeats = Infinity
    this.#phase = 'first'
    this.#hits = new Uint8Array(task.count)
  }

  /** @override */
  onBeforeTryTask(test) {
    super.onBeforeTryTask(test)
    if (task.whole !== undefined) return
    test.result.state = 'run'
    test.result.errors = undefined
    const changed = this.#phase === 'change' || this.#phase === 'again'
    state.active = changed ? this.#changes[0] : -1
    state.made = false
    if (changed) this.#hung = false
    state.hits = this.#phase === 'first' ? this.#hits : null
    say('try', state.active, test.id)
    this.#start = performance.now()
  }

  /** Runs the test's function, and gives up when a change makes it wait for ever. */
  async runTask(test) {
    const run = TestRunner.getTestFn(test)
    if (state.active === -1 || task.whole !== undefined) return run()
    let timer
    const late = new Promise((_, fail) => {
      timer = setTimeout(() => { this.#hung = true; fail(new Error('it hangs')) }, 4000 + 10 * this.#time)
    })
    try { await Promise.race([run(), late]) } finally { clearTimeout(timer) }
  }

  onAfterRetryTask(test) {
    if (task.whole !== undefined) return
    const failed = test.result.state === 'fail'
    const error = test.result.errors?.[0]?.message ?? ''
    if (test.result.state === 'skip') state.hits = loading
    else if (this.#next(test, failed, error)) return
    state.active = -1
    state.hits = loading
    test.result.state = 'skip'
    void super.onAfterRunTask(test)
  }

  /** Takes what a try has shown. @returns {boolean} whether there is another one */
  #next(test, failed, error) {
    const [id] = this.#changes
    const { made } = state
    if (this.#phase === 'first') {
      this.#time = performance.now() - this.#start
      if (failed) say('fails', test.id, error)
      else say('hits', test.id, this.#time, idsOf(this.#hits))
      this.#changes = this.#time <= (task.atOnce ?? Infinity) ? idsOf(this.#hits).filter(id => todo.has(id)) : []
      return !failed && this.#changes.length > 0 && this.#to('second')
    }
    if (this.#phase === 'second') {
      // Such a test says nothing here: the changes that it reaches get processes of their own.
      if (failed) for (const id of this.#changes) say('doubt', id, test.id)
      return !failed && this.#to('change')
    }
    if (this.#phase === 'change') {
      if (failed) return this.#to('check')
      say('passed', id, test.id, made)
    } else if (this.#phase === 'check') {
      if (failed) {
        say('spoilt', id, test.id, error)
        this.#spoilt = true
        return false
      }
      return this.#to('again')
    } else if (failed) {
      todo.delete(id)
      say(this.#hung ? 'hung' : 'noticed', id, test.id, error)
    } else say('doubt', id, test.id)
    this.#changes.shift()
    return this.#changes.length > 0 && this.#to('change')
  }

  /** @param {Phase} phase */
  #to(phase) {
    this.#phase = phase
    return true
  }

  /** @override */
  onAfterRunTask(test) {
    void super.onAfterRunTask(test)
    if (task.whole !== undefined) say('ran', test.id, test.result.state)
  }

  /** @override */
  onAfterRunFiles() {
    super.onAfterRunFiles()
    say('end', idsOf(loading), state.made)
  }
}
