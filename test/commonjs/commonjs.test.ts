import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { modules } from '../../scripts/build/entries.mjs'
import { installPackedPackage } from '../support/packed-package.ts'
import { clientKeys } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { suiteServer } from '../support/suite-server.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const folder = temporaryDirectory('commonjs')
const run = promisify(execFile)
beforeAll(() => installPackedPackage(folder.path), 120_000)
afterAll(() => folder.remove())

const LIMIT = 60_000
/** Node before 20.19 cannot require a module: later ones say so too, when they are asked to. */
const WITHOUT_REQUIRE_OF_MODULES = process.allowedNodeEnvironmentFlags.has('--experimental-require-module') ? ['--no-experimental-require-module'] : []
const specifiers = modules.filter(({ commonJs }) => commonJs).map(({ specifier }) => specifier)

/** What a program prints, as JSON. */
async function outcome(name: string, text: string, env: Record<string, string> = {}): Promise<unknown> {
  writeFileSync(folder.file(name), text)
  const { stdout, stderr } = await run(process.execPath, [...WITHOUT_REQUIRE_OF_MODULES, folder.file(name)], { cwd: folder.path, env: { ...process.env, ...env }, timeout: LIMIT })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

describe('the packed package by require()', () => {
  const server = suiteServer(() => startSshd())

  test('the entries that Node can use', () => {
    expect(specifiers).toEqual(expect.arrayContaining(['libssh2-wasm', 'libssh2-wasm/node', 'libssh2-wasm/bindings', 'libssh2-wasm/agent', 'libssh2-wasm/sshsig', 'libssh2-wasm/inline', 'libssh2-wasm/websocket', 'libssh2-wasm/webtransport', 'libssh2-wasm/xterm']))
  })

  const COMPARE = `async function compare(first, second) {
    const differ = []
    for (const specifier of ${JSON.stringify(specifiers)}) {
      const [a, b] = [await first(specifier), await second(specifier)]
      const names = Object.keys(a).filter((name) => name !== 'default')
      if (names.length === 0) differ.push(specifier + ' is empty')
      for (const name of new Set([...names, ...Object.keys(b).filter((name) => name !== 'default' && name !== 'module.exports')])) if (a[name] !== b[name] || a[name] === undefined) differ.push(specifier + ': ' + name)
    }
    return differ
  }
  const print = (value) => console.log(JSON.stringify(value))\n`

  test('required first, imported later: every name is the same', async () => {
    expect(await outcome('required.cjs', `${COMPARE} compare(require, (name) => import(name)).then(print)`)).toEqual([])
  }, LIMIT)

  test('imported first, required later: every name is the same', async () => {
    expect(await outcome('imported.mjs', `import { createRequire } from 'node:module'\n${COMPARE} compare((name) => import(name), createRequire(import.meta.url)).then(print)`)).toEqual([])
  }, LIMIT)

  // The drop-in's names are those of npm ssh2: its Client is another one.
  test('a name of one entry is the same by another: classes are there once', async () => {
    expect(await outcome('once.cjs', `const all = ${JSON.stringify(specifiers.filter((specifier) => !specifier.endsWith('/ssh2')))}.map(require)
      const differ = []
      for (const a of all) for (const b of all) for (const name of Object.keys(a)) if (typeof a[name] === 'function' && /^[A-Z]/.test(name) && name in b && a[name] !== b[name]) differ.push(name)
      console.log(JSON.stringify(differ))`)).toEqual([])
  }, LIMIT)

  test('a session of both: what is required by one is an instance of what is imported by another', async () => {
    const { host, port, user, hostKeys } = server()
    const connection = { host, port, username: user, fingerprint: hostKeys.map((hostKey) => hostKey.fingerprint), key: (await clientKeys()).ed25519.privateKey }
    expect(await outcome('session.cjs', `
      const { connect, pinned, publicKey, password, SSHError } = require('libssh2-wasm')
      const { connectTcp } = require('libssh2-wasm/node')
      const { host, port, username, fingerprint, key } = JSON.parse(process.env.SERVER)
      async function main() {
        const imported = await import('libssh2-wasm')
        const { Session } = await import('libssh2-wasm/bindings')
        const refused = await connect({ host, port, username, hostKey: pinned(fingerprint), auth: [password('wrong')] }).catch((error) => error)
        const client = await connect({ transport: await connectTcp({ host, port }), username, hostKey: imported.pinned(fingerprint), auth: [publicKey(key)] })
        const { stdout } = await client.run('echo required')
        const sftp = await client.sftp()
        const missing = await sftp.stat('/nowhere').catch((error) => error)
        await client.close()
        const session = await Session.create(await connectTcp({ host, port }))
        session.free()
        console.log(JSON.stringify([stdout.trim(), client instanceof imported.Client, refused instanceof imported.AuthenticationError, refused instanceof SSHError, missing instanceof imported.SSHError]))
      }
      main()`, { SERVER: JSON.stringify(connection) })).toEqual(['required', true, true, true, true])
  }, LIMIT)

  test('Vitest of a user: a test that imports and a dependency that requires have the same', async () => {
    mkdirSync(folder.file('node_modules/dependency'), { recursive: true })
    writeFileSync(folder.file('node_modules/dependency/package.json'), '{ "name": "dependency", "version": "1.0.0", "main": "index.js" }')
    writeFileSync(folder.file('node_modules/dependency/index.js'), "exports.SSHError = require('libssh2-wasm').SSHError\n")
    writeFileSync(folder.file('user.test.mjs'), "import { SSHError } from 'libssh2-wasm'\nimport { SSHError as required } from 'dependency'\ntest('the same', () => expect(SSHError).toBe(required))\n")
    const vitest = fileURLToPath(new URL('../../node_modules/vitest', import.meta.url))
    const { stdout } = await run(process.execPath, [`${vitest}/vitest.mjs`, 'run', '--root', folder.path, '--globals', '--pool', 'threads'], { cwd: folder.path, env: { PATH: process.env.PATH, NO_COLOR: '1' }, timeout: LIMIT }).catch((error: unknown) => ({ stdout: `${(error as { stdout?: string }).stdout}${(error as { stderr?: string }).stderr}` }))
    expect(stdout).toMatch(/Tests\s+1 passed/)
  }, LIMIT)
})
