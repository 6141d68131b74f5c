import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import manifest from '../../../package.json' with { type: 'json' }

/** TypeScript with `moduleResolution: node10`, which NestJS projects have, reads no "exports": "typesVersions" says the same. */
test('every entry has its declarations for node10: those of require, where it can be required', () => {
  const wanted = Object.entries(manifest.exports).flatMap(([subpath, target]) => {
    if (subpath === '.' || typeof target === 'string') return []
    const entry = subpath.slice(2)
    return [[entry, ['node' in target ? `./dist/commonjs/${entry}.d.cts` : `./dist/${entry}.d.ts`]]]
  })
  expect(manifest.typesVersions['*']).toEqual(Object.fromEntries(wanted))
  for (const [path] of Object.values(manifest.typesVersions['*'])) expect(existsSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url))), path).toBe(true)
})
