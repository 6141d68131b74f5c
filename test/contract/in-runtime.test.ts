import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'
import { installed, lacking } from '../runtimes/runners/installed.ts'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** Key of `program.ts`, program, and its arguments. */
const RUNTIMES: readonly (readonly [string, string, readonly string[]])[] = [
  ['deno', installed('deno'), ['run', '--no-prompt', '--no-remote', '--allow-all']],
  ['bun', installed('bun'), ['run', '--no-install']],
  ['node', process.version.startsWith('v20.') ? installed('node22') : process.execPath, []],
]

describe('the contract of transports', () => {
  const folder = temporaryDirectory('in-runtime')
  beforeAll(() => build({
    entryPoints: [path('in-runtime/program.ts')], outfile: folder.file('program.mjs'), bundle: true, format: 'esm', platform: 'node', target: 'es2022',
    alias: { vitest: path('in-runtime/vitest.ts') },
    // npm `ws` is CommonJS.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
  }))
  afterAll(() => folder[Symbol.dispose]())

  for (const [key, program, args] of RUNTIMES) {
    const missing = lacking(program)
    if (missing) console.warn(`skipped: the contract of transports in ${key}: ${missing}`)
    test.runIf(!missing)(`in ${key}`, async () => {
      const { stdout } = await promisify(execFile)(program, [...args, folder.file('program.mjs'), key], { timeout: 100_000 })
      expect(stdout.match(/^ok /gm)?.length).toBeGreaterThan(10)
      expect(stdout).not.toContain('FAILED')
    }, 120_000)
  }
})
