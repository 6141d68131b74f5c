import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientKeys } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { suiteServer } from '../support/suite-server.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { lacking } from '../runtimes/runners/installed.ts'
import { frameworks } from './frameworks.ts'
import { makeProject, runProgram } from './project.ts'

/** FRAMEWORKS=full (npm run test:frameworks): those of the registry too; FRAMEWORKS=KEY,KEY for some. Otherwise those that need nothing but the package. */
const asked = process.env.FRAMEWORKS
const chosen = frameworks.filter(({ key, dependencies }) => asked === 'full' || (asked ? asked.split(',').includes(key) : Object.keys(dependencies).length === 0))
const project = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const folder = temporaryDirectory('frameworks')
const rows: string[] = []
let tarball = ''

const page = (lines: readonly string[]) => `# In applications, frameworks and executables

Written by \`npm run test:frameworks\` on ${new Date().toISOString().slice(0, 10)}. Each row is an application of \`test/frameworks/apps\`, made in an empty folder with the packed package and the
framework's own package from npm, built without settings for this library, and run: it logs in to OpenSSH and runs a command. \`npm test\` runs the rows that need no other package.
[Browsers and bundlers](guides/browsers-and-bundlers.md) has bundles for browsers, and [servers and frameworks](guides/servers-and-frameworks.md) says how to use it in each.

| application | runs on | built and run | result |
|---|---|---|---|
${lines.join('')}`

beforeAll(async () => {
  await runProgram('npm', ['pack', '--ignore-scripts', '--pack-destination', folder.path], project('.'))
  tarball = folder.file(readdirSync(folder.path).find((name) => name.endsWith('.tgz')) as string)
}, 120_000)
afterAll(() => {
  folder.remove()
  if (asked !== 'full') return
  mkdirSync(project('build'), { recursive: true })
  writeFileSync(project('build/frameworks.md'), page(rows))
})

describe('the packed package in an application of', () => {
  const server = suiteServer(() => startSshd())

  for (const framework of chosen) {
    const { key, name, app, type, dependencies, runtime, program, how } = framework
    const missing = lacking(program)
    if (missing) console.warn(`skipped: ${name}: ${missing}`)
    test.skipIf(missing)(name, async () => {
      const { host, port, user, hostKeys } = server()
      const env = { SERVER: JSON.stringify({ host, port, username: user, fingerprint: hostKeys.map((hostKey) => hostKey.fingerprint), key: (await clientKeys()).ed25519.privateKey }) }
      const empty = temporaryDirectory(`frameworks-${key}`)
      const home = folder.file(key)
      try {
        const made = await makeProject(home, app, tarball, dependencies, { node: program, type })
        const said = (await framework.use(made, { empty: empty.path, env })).trim()
        expect(said).toMatch(/^(from .*|passed)$/)
        const [first] = Object.entries(dependencies)
        const version = (await runProgram(program, ['--version'], home)).split(/[\n(]/)[0]?.replace(/^\D*/, '').trim()
        rows.push(`| ${name}${first ? ` (\`${first.join('@')}\`)` : ''} | ${runtime} ${version} | ${how} | ${said === 'passed' ? 'its test passed' : `the command said “${said}”`} |\n`)
      } finally {
        empty.remove()
        rmSync(home, { recursive: true, force: true })
      }
    }, 600_000)
  }
})
