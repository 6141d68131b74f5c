import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXPECTED } from '../guides/expected.ts'
import { runProgram } from '../frameworks/project.ts'
import { installed, lacking } from '../runtimes/runners/installed.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { type Snippet, snippets } from './blocks.ts'
import { forServer, setup, writeProgram } from './program.ts'

/** SNIPPETS=full (npm run test:snippets): each snippet on each runtime. Otherwise the README's and the recipes, on this one. */
const full = process.env.SNIPPETS === 'full'
const project = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

interface Runtime {
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
}
const node = (major: string): Runtime => ({ name: `Node ${major}`, program: process.versions.node.startsWith(`${major}.`) ? process.execPath : installed(`node${major}`), args: [] })
const RUNTIMES: readonly Runtime[] = full
  ? [node('20'), node('22'), node('24'), { name: 'Deno', program: installed('deno'), args: ['run', '-A', '--cached-only'] }, { name: 'Bun', program: installed('bun'), args: ['run', '--no-install'] }]
  : [node('20')]

/** Snippets that are programs, with what they print: those of `ts` in the order of the guides' tests, and these. */
const readme: readonly (string | RegExp)[] = [/^Linux [^]*\n 0$/, 'a\nb\n\n{"code":0,"signal":null,"coreDumped":false,"message":""}', /hello from xterm-256color/, /^\S+$/, '4 out\n\n0']
const FURTHER: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  'docs/guides/first-command.md': ['hello\n careful\n {"code":3,"signal":null,"coreDumped":false,"message":""}'],
  'docs/guides/browsers-and-bundlers.md': ['true', ''],
  'docs/guides/migrating-from-ssh2.md': [''],
  'docs/guides/servers-and-frameworks.md': ['', 'true function'],
}
const isSetup = ({ code }: Snippet) => code.includes("export const host = 'example.org'")

/** Each snippet of a document that is a program. */
function programs(document: string, expected: readonly (string | RegExp)[]): { readonly snippet: Snippet, readonly prints: string | RegExp }[] {
  const of = (language: string) => snippets(document).filter((snippet) => snippet.language === language && !isSetup(snippet))
  const further = FURTHER[document] ?? []
  expect([of('ts').length, of('js').length], document).toEqual([expected.length, further.length])
  return [...of('ts').map((snippet, index) => ({ snippet, prints: expected[index] as string | RegExp })), ...of('js').map((snippet, index) => ({ snippet, prints: further[index] as string | RegExp }))]
}

/** Of every guide, also where only some run: a snippet of which nothing is expected is found here. */
const guides = Object.entries(EXPECTED).map(([guide, expected]) => ({ guide, snippets: programs(`docs/guides/${guide}`, expected) }))
const all = [...programs('README.md', readme), ...guides.filter(({ guide }) => full || guide === 'recipes.md').flatMap(({ snippets }) => snippets)]
/** By snippet and runtime. */
const results = new Map<string, Map<string, string>>()
const titleOf = ({ document, heading, line }: Snippet) => `${document}:${line}, ${heading}`

describe('a snippet, pasted into an empty project with the packed package,', () => {
  const folder = temporaryDirectory('snippets')
  let server: SshServer
  let known = ''

  beforeAll(async () => {
    server = await startSshd()
    known = folder.file('known_hosts')
    writeFileSync(known, server.hostKeys.map(({ publicKey }) => `[127.0.0.1]:${server.port} ${publicKey}\n`).join(''))
    const pack = (path: string) => execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder.path], { cwd: project(path), stdio: 'ignore' })
    pack('.')
    if (full) {
      execFileSync(process.execPath, ['packages/gateway/build.mjs'], { cwd: project('.'), stdio: 'ignore' })
      pack('packages/gateway')
    }
    writeFileSync(folder.file('package.json'), '{ "private": true }\n')
    // What the tarballs depend on is here already: no registry is asked.
    for (const name of ['ws', 'jose', '@xterm/headless']) cpSync(project(`node_modules/${name}`), folder.file(`node_modules/${name}`), { recursive: true })
    for (const tarball of readdirSync(folder.path).filter((name) => name.endsWith('.tgz'))) {
      const target = folder.file(`node_modules/${tarball.replace(/-\d.*/, '')}`)
      mkdirSync(target, { recursive: true })
      execFileSync('tar', ['-xzf', folder.file(tarball), '-C', target, '--strip-components=1'])
    }
    const block = snippets('docs/guides/first-command.md').find(isSetup)
    writeFileSync(folder.file('setup.mjs'), setup(block?.code ?? '', server, known))
  }, 120_000)
  afterAll(async () => {
    await server.stop()
    folder.remove()
    if (!full) return
    const names = RUNTIMES.map(({ name }) => name)
    const rows = all.map(({ snippet }) => `| ${titleOf(snippet)} | ${names.map((name) => results.get(titleOf(snippet))?.get(name) ?? '–').join(' | ')} |\n`)
    writeFileSync(project('build/snippets.md'), `# Snippets, pasted and run

Written by \`npm run test:snippets\` on ${new Date().toISOString().slice(0, 10)}: each snippet of README and guides, as it stands, in an empty project with the packed package, against OpenSSH.
Around it are the two lines of [first command](guides/first-command.md). ✓ means that it printed what it should, and ended. \`npm test\` runs the README's and the recipes on Node 20, runs
those of all guides within one process, and has every other block of the documents (shell, JSON, CSS, TOML, HTML, code for browsers) read by the program that it is for.

| snippet | ${names.join(' | ')} |
|---|${names.map(() => '---|').join('')}
${rows.join('')}`)
  })

  describe.each(RUNTIMES.map((runtime) => [runtime.name, runtime] as const))('%s', (_, { name, program, args }) => {
    const missing = lacking(program)
    if (missing) console.warn(`skipped: snippets on ${name}: ${missing}`)
    test.skipIf(missing).each(all.map((each) => [titleOf(each.snippet), each] as const))('%s', async (title, { snippet, prints }) => {
      const readers = snippet.code.includes('homedir()') ? { ...snippet, code: forServer(snippet.code, server, known) } : snippet
      // As the guide says for Node 20.
      const prelude = name === 'Node 20' && snippet.code.includes('connectGateway') ? "import { WebSocket } from 'ws'\nglobalThis.WebSocket = WebSocket" : ''
      const output = (await runProgram(program, [...args, writeProgram(folder.path, readers, prelude)], folder.path)).trim()
      if (typeof prints === 'string') expect(output).toBe(prints.trim())
      else expect(output).toMatch(prints)
      results.set(title, (results.get(title) ?? new Map<string, string>()).set(name, '✓'))
    }, 60_000)
  })
})
