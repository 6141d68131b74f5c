// The control of `npm run mutation`: what is known to be noticed is noticed, and what makes no difference never is.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { measure } from '../../../scripts/mutation/measure.mjs'
import { mutate } from '../../../scripts/mutation/mutants.mjs'

mkdirSync('build', { recursive: true })
const folder = relative('.', mkdtempSync('build/mutation-control-'))
afterAll(() => rmSync(folder, { recursive: true }))

const SOURCE = `export const LIMIT = 10
export const isUnder = (number: number) => number < LIMIT
let table: number | undefined
export const kept = () => table ??= 1 + 2
export const unused = () => 5
${Array.from({ length: 20 }, (_, index) => `export const least${index} = (a: number, b: number) => a < b ? a : b\n`).join('')}export function leave(list: unknown[]): void {
  list.push('x')
}
`
const TESTS = {
  'first.test.ts': `import { expect, test } from 'vitest'
import * as source from './source.ts'
const { isUnder, leave } = source
test('under', () => { expect([isUnder(9), isUnder(10)]).toEqual([true, false]) })
for (let index = 0; index < 20; index++) test(\`least \${index}\`, () => {
  const least = source[\`least\${index}\`]
  expect([least(1, 2), least(2, 1), least(3, 3)]).toEqual([1, 1, 3])
})
test('left', async () => {
  const list: unknown[] = []
  leave(list)
  if (list.length === 0) await new Promise(() => {})
}, 60_000)
`,
  'second.test.ts': `import { expect, test } from 'vitest'
import { isUnder, kept } from './source.ts'
test('only runs', () => { isUnder(1); kept() })
test('kept in memory', () => { expect(kept()).toBe(3) })
`,
}

test('a change has the fate that it should have', async () => {
  const { mutants, text } = mutate('source.ts', SOURCE)
  writeFileSync(`${folder}/source.ts`, SOURCE)
  for (const [name, content] of Object.entries(TESTS)) writeFileSync(`${folder}/${name}`, content)
  let kept: readonly string[] = []
  const heard = { tell: () => {}, keep: (fates: readonly string[]) => { kept = [...fates] } }
  const fates = await measure(`${folder}/work`, [{ path: `${folder}/source.ts`, changed: text }], mutants.map(() => 'unreached' as const), Object.keys(TESTS).map((name) => `${folder}/${name}`), heard)
  expect(kept).toEqual(fates)
  const found = mutants.map(({ before, after }, index) => [`${before} => ${after}`, fates[index]])
  // Twenty of the same: each change that is known to be noticed is, and the one that makes no difference never is.
  const fatesOf = (name: string) => found.filter(([change]) => change === name).map(([, fate]) => fate)
  for (const [name, fate] of [['a < b => true', 'noticed'], ['a < b => false', 'noticed'], ['a < b => a <= b', 'survived']] as const) expect(fatesOf(name), name).toEqual(Array(20).fill(fate))
  expect(Object.fromEntries(found)).toEqual({
    // It acts while the module loads.
    '10 => 10 + 1': 'noticed',
    'number < LIMIT => number <= LIMIT': 'noticed',
    // The first test keeps the value, so only a process that begins with the change shows it to the second.
    '1 + 2 => 1 - 2': 'noticed',
    '1 => 1 + 1': 'noticed',
    '2 => 2 + 1': 'noticed',
    'a < b => a <= b': 'survived',
    'a < b => true': 'noticed',
    'a < b => false': 'noticed',
    '5 => 5 + 1': 'unreached',
    'list.push(\'x\') => nothing': 'hung',
  })
}, 300_000)
