import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const rows = [...readFileSync('docs/ssh2-compat.md', 'utf8').matchAll(/^\| (\d+ [^|]+) \| `(test\/[^`]+)`: ([^|]+) \|$/gm)].map(([, point, file, title]) => [point!, file!, title!.trim()] as const)

test('the contract of the drop-in is tested in all of its sections', () => {
  expect(rows.length).toBeGreaterThan(80)
  expect([...new Set(rows.map(([point]) => Number.parseInt(point)))]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})

test.each(rows)('%s: the test that docs/ssh2-compat.md names is there', (_point, file, title) => expect(readFileSync(file, 'utf8')).toContain(title))
