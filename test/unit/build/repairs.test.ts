import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const project = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const REPAIRS = 'deps/libssh2/patches/repairs'
const reasons = readFileSync(project('scripts/fixes/no-proof.txt'), 'utf8').split('\n').map((line) => line.slice(0, 4))

test('every patch of libssh2 is a backport, a repair or a hook', () => {
  expect(readdirSync(project('deps/libssh2/patches')).sort()).toEqual(['backports', 'hooks', 'repairs'])
})

/** A repair is ready to be sent: one change, with its test and its reason on top. */
describe.each(readdirSync(project(REPAIRS)).sort())('%s', (file) => {
  const number = file.slice(0, 4)
  const header = readFileSync(project(`${REPAIRS}/${file}`), 'utf8').split(/^--- /m)[0] as string

  test('begins with one sentence, says where it stands with upstream, and gives its reason', () => {
    const [title, empty, upstream, , alsoEmpty, ...reason] = header.split('\n')
    expect(title).toMatch(/^.*\.$/)
    expect([empty, alsoEmpty]).toEqual(['', ''])
    expect(upstream).toMatch(/^Upstream: (to be sent|sent|never, because) ?/)
    expect(reason.join(' ').trim().length).toBeGreaterThan(60)
  })

  test('names the test that fails without it, or the reason that there is none', () => {
    const named = /^Test: (.*)$/m.exec(header)?.[1] as string
    if (named.startsWith('none, ')) {
      expect(reasons).toContain(number)
      return
    }
    for (const path of named.split(', ')) {
      expect(existsSync(project(path)), path).toBe(true)
      expect(readFileSync(project(path), 'utf8')).toContain(`'${number}: `)
    }
  })
})
