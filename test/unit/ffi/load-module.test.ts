import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'
import { rejection } from '../../support/within.ts'

const root = new URL('../../../', import.meta.url).pathname
const NO_SIMD = '--no-enable-sse4-1'
const built = existsSync(`${root}dist/index.js`)
if (!built) console.warn('skipped: the package in a Node without SIMD: dist/ is not there (./build.sh makes it)')

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

async function loading(wasm: unknown): Promise<unknown> {
  vi.resetModules()
  vi.stubGlobal('WebAssembly', wasm)
  const { loadModule } = await import('../../../src/ffi/load-module.ts')
  return rejection(loadModule())
}

test('no WebAssembly', async () => {
  expect(await loading(undefined)).toMatchObject({ name: 'SSHError', code: 'ERR_WASM_UNSUPPORTED' })
})

test('no SIMD: the compiler refuses, and the validation of one vector says why', async () => {
  const refused = new WebAssembly.CompileError('refused')
  expect(await loading({ compile: () => Promise.reject(refused), validate: () => false })).toMatchObject({ code: 'ERR_WASM_UNSUPPORTED', cause: refused })
})

test('another failure stays what it was', async () => {
  const refused = new WebAssembly.CompileError('refused by the policy of the page')
  const { validate } = WebAssembly
  expect(await loading({ compile: () => Promise.reject(refused), validate: (bytes: BufferSource) => validate(bytes) })).toBe(refused)
})

test.runIf(built && process.arch === 'x64')('the package, in a Node that has no SIMD', async () => {
  const script = `import { Instance } from './dist/index.js'; await Instance.create().catch((error) => console.log(error.code, error.cause.name))`
  const { stdout } = await promisify(execFile)(process.execPath, [NO_SIMD, '--input-type=module', '-e', script], { cwd: root, timeout: 60_000 })
  expect(stdout.trim()).toBe('ERR_WASM_UNSUPPORTED CompileError')
})
