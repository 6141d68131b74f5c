// Vitest for one task of `npm run mutation`: the usual configuration, with the changes written into the sources when they load, and with the runner that makes them.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { mergeConfig } from 'vitest/config'
import usual from '../../vitest.config.mjs'

/** @type {import('./test-runner.mjs').Task} */
const task = JSON.parse(readFileSync(/** @type {string} */ (process.env.MUTATION_TASK), 'utf8'))
const sources = new Map(task.files.map(({ path, changed }) => [resolve(path), changed]))

/** Precedes a changed source: one without the runner, in a process that a test starts, stays as it is. */
const head = `const __mutation = globalThis.__mutation ?? { active: -1, hits: null }
const __mutant = id => {
  if (__mutation.hits !== null) __mutation.hits[id] = 1
  return id === __mutation.active && (__mutation.made = true)
}
`
const mutation = {
  name: 'mutation', enforce: /** @type {const} */ ('pre'),
  transform(_text, id) {
    const changed = sources.get(id.split('?')[0])
    return changed === undefined ? undefined : head + changed
  },
}
// The changes come before the usual plugins, which take the types away.
const { plugins, ...config } = usual
const merged = mergeConfig({ ...config, plugins: [mutation, ...plugins ?? []] }, {
  test: { runner: resolve('scripts/mutation/test-runner.mjs'), maxWorkers: 1, bail: task.whole === undefined ? 0 : 1, cache: false },
})
export default { ...merged, test: { ...merged.test, include: task.tests, reporters: [{}] } }
