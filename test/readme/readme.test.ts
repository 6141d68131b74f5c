import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, connect, knownHosts, publicKey } from '../../src/index.ts'
import { installPackedPackage } from '../support/packed-package.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import { type CodeBlock, runBlock, typeScriptBlocks } from './code-blocks.ts'

let server: SshServer
let client: Client
let files: TemporaryDirectory
const blocks = typeScriptBlocks('README.md')

beforeAll(async () => {
  server = await startSshd()
  files = temporaryDirectory('readme')
  writeFileSync(files.file('known_hosts'), known())
  client = await connect({ host: server.host, port: server.port, username: server.user, hostKey: knownHosts(known()), auth: [publicKey(key())] })
})
afterAll(async () => {
  await client.close()
  await server.stop()
  files.remove()
})

const known = () => server.hostKeys.map(({ publicKey: line }) => `[127.0.0.1]:${server.port} ${line}`).join('\n')
const key = () => readFileSync(server.keys.ed25519.path, 'utf8')
const names = () => ({ client, connect, knownHosts, publicKey, port: server.port, username: server.user, key: key(), known: known() })

/** The block that has `text`, with `replacements` for what only exists on the reader's machine. */
async function run(text: string, replacements: Readonly<Record<string, string>> = {}): Promise<string> {
  const block = blocks.find(({ code }) => code.includes(text)) as CodeBlock
  expect(block, `a block with ${text}`).toBeDefined()
  let { code } = block
  for (const [from, to] of Object.entries(replacements)) {
    expect(code).toContain(from)
    code = code.replace(from, to)
  }
  return runBlock('README.md', { code, line: block.line }, names())
}

describe('the README', () => {
  /** The first program, for this server instead of the reader's. */
  const mine = (user: string) => ({
    "host: 'example.org'": 'host: \'127.0.0.1\', port',
    "username: 'me'": `username: ${user}`,
    '`${homedir()}/.ssh/known_hosts`': JSON.stringify(files.file('known_hosts')),
    '`${homedir()}/.ssh/id_ed25519`': JSON.stringify(server.keys.ed25519.path),
  })

  test('begins with a complete program, and it runs', async () => {
    expect(await run("client.run('uname -a')", mine('username'))).toMatch(/^Linux [^]*\n 0$/)
  })

  test('shows a program that ends with a typed error where the login fails', async () => {
    await expect(run("client.run('uname -a')", mine("'nobody'"))).rejects.toMatchObject({ name: 'AuthenticationError', code: 'ERR_AUTHENTICATION_FAILED' })
  })

  test('begins with a program that plain Node runs as it is pasted, from the package', async () => {
    const folder = temporaryDirectory('readme-package')
    installPackedPackage(folder.path)
    const code = Object.entries({ ...mine(JSON.stringify(server.user)), ', port,': `, port: ${server.port},` })
      .reduce((text, [from, to]) => text.replace(from, to), blocks[0]?.code as string)
    expect(code).not.toMatch(/example\.org|homedir\(\)}/)
    writeFileSync(folder.file('paste.mjs'), code)
    const { stdout } = await promisify(execFile)(process.execPath, ['paste.mjs'], { cwd: folder.path })
    folder.remove()
    expect(stdout).toMatch(/^Linux [^]*\n 0\n$/)
  }, 120_000)

  test('streams through a process', async () => {
    expect(await run("client.exec('sort'")).toBe('a\nb\n\n{"code":0,"signal":null,"coreDumped":false,"message":""}')
  })

  test('opens a terminal', async () => {
    expect(await run('client.shell(')).toContain('hello from xterm-256color')
  })

  test('goes through a jump host', async () => {
    expect((await run('client.openTcp(')).trim()).not.toBe('')
  })

  test('shows the bindings', async () => {
    expect(await run('Session.create(')).toBe('4 out\n\n0')
  })

  test('has no block that no test runs', () => {
    expect(blocks).toHaveLength(5)
  })
})
