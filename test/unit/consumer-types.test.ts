import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { modules } from '../../scripts/build/entries.mjs'
import { temporaryDirectory } from '../support/temporary.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))
const built = existsSync(`${project}dist/types.d.ts`)
if (!built) console.warn('skipped: the declarations in the projects of users: dist/ is not built (./build.sh)')

const folder = temporaryDirectory('consumer-types')
afterAll(() => folder.remove())

/** xterm.js is for pages, and its own types ask for the DOM library. */
const specifiers = modules.map(({ specifier }) => specifier).filter((specifier) => !specifier.endsWith('/xterm'))

const PROGRAM = `${specifiers.map((specifier, index) => `import * as entry${index} from '${specifier}'`).join('\n')}
import { type Client, connect, knownHosts, password, SSHError } from 'libssh2-wasm'
import { type Channel, LIBSSH2_ERROR_EAGAIN, Session } from 'libssh2-wasm/bindings'
import { connectTcp } from 'libssh2-wasm/node'

export const entries = [${specifiers.map((_, index) => `entry${index}`).join(', ')}]

export async function main(): Promise<string> {
  const client: Client = await connect({ host: 'host', username: 'user', hostKey: knownHosts(''), auth: [password('secret')] })
  try {
    const { stdout, exit } = await client.run('ls')
    if (exit.code !== 0) throw new Error(String(exit.code))
    const session: Session = await Session.create(await connectTcp({ host: 'host' }))
    const channel: Channel | typeof LIBSSH2_ERROR_EAGAIN = session.openSession()
    return stdout + (channel === LIBSSH2_ERROR_EAGAIN ? 'later' : channel.eof())
  } catch (error) {
    if (error instanceof SSHError) return error.code
    throw error
  } finally {
    await client.close()
  }
}
`

/** A project without the DOM library, which checks our declarations too. @returns what the compiler says */
function compile(name: string, types: string, packageType: 'module' | 'commonjs', module: string, moduleResolution: string, program = PROGRAM): string {
  const path = folder.file(name)
  mkdirSync(`${path}/node_modules/@types`, { recursive: true })
  for (const [from, to] of [[project, 'libssh2-wasm'], [`${project}node_modules/@types/${types}`, '@types/node'], [dirname(nodeTypesPeer(types)), 'undici-types']] as const) symlinkSync(from, `${path}/node_modules/${to}`)
  writeFileSync(`${path}/package.json`, JSON.stringify({ private: true, type: packageType }))
  writeFileSync(`${path}/main.ts`, program)
  const options = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2022', '--lib', 'es2022', '--types', 'node', '--module', module, '--moduleResolution', moduleResolution]
  try {
    return execFileSync(process.execPath, [`${project}node_modules/typescript/bin/tsc`, ...options, 'main.ts'], { cwd: path, encoding: 'utf8' })
  } catch (error) {
    return (error as { readonly stdout: string }).stdout
  }
}

/** Node's types want those of undici, of a version of their own. */
function nodeTypesPeer(types: string): string {
  const nested = `${project}node_modules/@types/${types}/node_modules/undici-types/package.json`
  return existsSync(nested) ? nested : `${project}node_modules/undici-types/package.json`
}

describe.runIf(built)('the declarations, without the DOM library and with skipLibCheck off', () => {
  test.each([
    ['node-20', 'node16', 'node16'], ['node-22', 'nodenext', 'nodenext'], ['node-24', 'esnext', 'bundler'], ['node', 'nodenext', 'nodenext'],
  ] as const)('@types/%s, %s, %s', (types, module, moduleResolution) => {
    expect(compile(`${types}-${module}`, types, 'module', module, moduleResolution)).toBe('')
  }, 120_000)

  test('what is not for callers is refused', () => {
    const wrong = "import { Client } from 'libssh2-wasm'\nimport { Channel } from 'libssh2-wasm/bindings'\nexport const made = [new Client(), new Channel()]\n"
    expect(compile('private', 'node', 'module', 'nodenext', 'nodenext', wrong).match(/TS2673/g)).toHaveLength(2)
  }, 120_000)
})
