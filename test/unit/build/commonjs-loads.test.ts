import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const folder = fileURLToPath(new URL('../../../dist/commonjs/', import.meta.url))
const built = existsSync(folder)
if (!built) console.warn('skipped: what the CommonJS build loads: dist/ is not built (./build.sh)')

/** The files of the package that an entry loads at once. */
const loads = (entry: string) => execFileSync(process.execPath, ['-e', `require(${JSON.stringify(folder + entry)}); console.log(Object.keys(require.cache).join('\\n'))`], { encoding: 'utf8' })
  .trim().split('\n').map((path) => path.slice(folder.length))

/** Half of what the drop-in cost at its start was ciphers and hashes that few key files need, and SFTP. */
test.skipIf(!built)('libssh2-wasm/ssh2 loads no cipher, no hash, no format of old keys and no SFTP before it needs them', () => {
  const files = loads('ssh2.cjs')
  expect(files).toContain('ssh2-all.cjs')
  expect(files.filter((file) => /noble|sftp|pem|ppk/.test(file))).toEqual([])
})

test.skipIf(!built)('libssh2-wasm loads its core alone', () => {
  expect(loads('index.cjs').sort()).toEqual(['base.cjs', 'constants.cjs', 'core.cjs', 'index.cjs'])
})
