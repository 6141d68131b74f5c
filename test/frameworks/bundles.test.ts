import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundleForNode, nodeBundlers } from '../bundlers/node-bundle.ts'
import { installed, lacking } from '../runtimes/runners/installed.ts'
import { installPackedPackage } from '../support/packed-package.ts'
import { clientKeys } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { suiteServer } from '../support/suite-server.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { runProgram } from './project.ts'

/** FRAMEWORKS=full (npm run test:frameworks), or FRAMEWORKS=bundles. `npm test` runs each of these bundles on Node 20, in test/bundlers. */
const asked = process.env.FRAMEWORKS === 'full' || process.env.FRAMEWORKS === 'bundles'
if (!asked) console.warn('skipped: bundles on each runtime: npm run test:frameworks runs them')

const RUNTIMES: readonly { readonly name: string, readonly program: string, readonly args: readonly string[] }[] = [
  { name: 'Node 20', program: process.execPath, args: [] },
  { name: 'Node 22', program: installed('node22'), args: [] },
  { name: 'Node 24', program: installed('node24'), args: [] },
  { name: 'Deno', program: installed('deno'), args: ['run', '--no-prompt', '--allow-net=127.0.0.1', '--allow-env', '--allow-read=.'] },
  { name: 'Bun', program: installed('bun'), args: [] },
]

const folder = temporaryDirectory('bundles')
const cells = new Map<string, string>()

const page = () => `
## Bundles for Node

Each bundle was made without settings, with the packed package inside, and ran alone in an empty folder: ✓ means that it logged in and that the command's output was right. tsup and Vite SSR
are above too. \`npm test\` runs these bundles on Node 20, and the bundles for browsers of Vite, webpack, rollup and esbuild in Chromium (\`test/bundlers\`).

| bundle | ${RUNTIMES.map(({ name }) => name).join(' | ')} |
|---|${RUNTIMES.map(() => '---|').join('')}
${nodeBundlers.map(({ name }) => `| ${name} | ${RUNTIMES.map((runtime) => cells.get(`${name}, ${runtime.name}`) ?? '✗').join(' | ')} |\n`).join('')}`

beforeAll(async () => { if (asked) await installPackedPackage(folder.path) }, 120_000)
afterAll(() => {
  folder.remove()
  if (!asked) return
  mkdirSync(fileURLToPath(new URL('../../build', import.meta.url)), { recursive: true })
  writeFileSync(fileURLToPath(new URL('../../build/framework-bundles.md', import.meta.url)), page())
})

describe.runIf(asked)('a bundle for Node, alone in an empty folder', () => {
  const server = suiteServer(() => startSshd())

  describe.each(nodeBundlers.map((bundler) => [bundler.name, bundler] as const))('%s', (_, bundler) => {
    const empty = temporaryDirectory('bundle')
    let file = ''
    beforeAll(async () => {
      rmSync(folder.file('out'), { recursive: true, force: true })
      file = basename(await bundleForNode(folder.path, bundler))
      cpSync(folder.file('out'), empty.path, { recursive: true })
    }, 120_000)
    afterAll(() => empty.remove())

    for (const { name, program, args } of RUNTIMES) {
      const missing = lacking(program)
      if (missing) {
        console.warn(`skipped: ${bundler.name} on ${name}: ${missing}`)
        cells.set(`${bundler.name}, ${name}`, 'not installed')
      }
      test.skipIf(missing)(name, async () => {
        const { host, port, user, hostKeys } = server()
        const connection = { host, port, username: user, fingerprint: hostKeys.map(({ fingerprint }) => fingerprint), key: (await clientKeys()).ed25519.privateKey }
        expect(await runProgram(program, [...args, file], empty.path, { SERVER: JSON.stringify(connection) })).toBe('from a bundle -37\n')
        cells.set(`${bundler.name}, ${name}`, '✓')
      }, 120_000)
    }
  })
})
