// Random input for the crypto backend under sanitizers; `build/native/fuzz 600` for longer.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const program = fileURLToPath(new URL('../../build/native/fuzz', import.meta.url))
const built = existsSync(program)
if (!built) console.warn('native fuzzing: skipped, not built (make -C test/native)')

it.runIf(built)('mutated keys, signatures, public values, groups and packets: no sanitizer objects, nothing is taken', () => {
  const seed = String(crypto.getRandomValues(new Uint32Array(1))[0])
  try {
    expect(execFileSync(program, ['5', seed], { encoding: 'utf8', stdio: 'pipe' })).toMatch(/^\d+ rounds/)
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error })
  }
})
