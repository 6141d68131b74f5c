import { execFile } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { snippets } from './blocks.ts'
import { forServer } from './program.ts'

/// What the README says below its first program about names of files, in a project as `npm init` and `tsc --init` make it.

const run = promisify(execFile)
const project = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

const folder = temporaryDirectory('first-program')
let server: SshServer
let program = ''

beforeAll(async () => {
  server = await startSshd()
  const known = folder.file('known_hosts')
  writeFileSync(known, server.hostKeys.map(({ publicKey }) => `[127.0.0.1]:${server.port} ${publicKey}\n`).join(''))
  program = forServer(snippets('README.md').find(({ language }) => language === 'ts')?.code ?? '', server, known)
  for (const type of ['commonjs', 'module']) {
    mkdirSync(folder.file(`${type}/node_modules/@types`), { recursive: true })
    writeFileSync(folder.file(`${type}/package.json`), JSON.stringify({ name: type, version: '1.0.0', main: 'index.js', type }))
    symlinkSync(project('.'), folder.file(`${type}/node_modules/libssh2-wasm`))
    symlinkSync(project('node_modules/@types/node'), folder.file(`${type}/node_modules/@types/node`))
    for (const name of ['index.js', 'first.mjs', 'first.ts', 'first.mts']) writeFileSync(folder.file(`${type}/${name}`), program)
  }
})
afterAll(async () => {
  await server.stop()
  folder.remove()
})

describe('Node', () => {
  test.each(['commonjs/first.mjs', 'module/first.mjs', 'module/index.js'])('runs %s', async (file) => {
    expect((await run(process.execPath, [folder.file(file)])).stdout).toMatch(/^Linux [^]*\n 0\n$/)
  })

  test('runs a program of CommonJS that requires the package', async () => {
    writeFileSync(folder.file('commonjs/require.js'), "const { connect } = require('libssh2-wasm')\nconsole.log(typeof connect)\n")
    expect((await run(process.execPath, [folder.file('commonjs/require.js')])).stdout).toBe('function\n')
  })

  test('says of commonjs/index.js what the README quotes', async () => {
    await expect(run(process.execPath, [folder.file('commonjs/index.js')])).rejects.toThrow('Cannot use import statement outside a module')
  })
})

describe('TypeScript', () => {
  /** What `tsc --init` sets, with "types" as the README says. */
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ESNext, types: ['node'], strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, verbatimModuleSyntax: true,
    isolatedModules: true, noUncheckedSideEffectImports: true, moduleDetection: ts.ModuleDetectionKind.Force, skipLibCheck: true, noEmit: true,
  }
  const codes = (file: string) => {
    const { dir = '' } = /^(?<dir>\w+)\//.exec(file)?.groups ?? {}
    const found = ts.getPreEmitDiagnostics(ts.createProgram([folder.file(file)], { ...options, typeRoots: [folder.file(`${dir}/node_modules/@types`)] }))
    return [...new Set(found.map(({ code }) => code))].sort()
  }

  test.each(['commonjs/first.mts', 'module/first.mts', 'module/first.ts'])('accepts %s', (file) => {
    expect(codes(file)).toEqual([])
  }, 60_000)

  test('reports for commonjs/first.ts the numbers that the README names', () => {
    expect(codes('commonjs/first.ts')).toEqual([1295, 1309])
  }, 60_000)
})
