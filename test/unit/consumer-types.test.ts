import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { modules } from '../../scripts/build/entries.mjs'
import { temporaryDirectory } from '../support/temporary.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))
const missing = modules.filter(({ entry }) => !existsSync(`${project}dist/${entry}.d.ts`)).map(({ entry }) => entry)
if (missing.length > 0) console.warn(`skipped: the declarations in the projects of users: dist/ is not built (./build.sh): ${missing.join(', ')}`)

const folder = temporaryDirectory('consumer-types')
afterAll(() => folder.remove())

/** xterm.js is for pages, and its own types ask for the DOM library. */
const specifiers = modules.map(({ specifier }) => specifier).filter((specifier) => !specifier.endsWith('/xterm'))
/** What pages can use. */
const forPages = ['libssh2-wasm', 'libssh2-wasm/bindings', 'libssh2-wasm/websocket', 'libssh2-wasm/webtransport', 'libssh2-wasm/xterm', 'libssh2-wasm/inline']

interface Manifest { readonly name: string, readonly exports?: Readonly<Record<string, string | { readonly types?: string }>> }
const manifestOf = (path: string) => JSON.parse(readFileSync(`${project}${path}package.json`, 'utf8')) as Manifest
/** What a package's manifest has types for, as importers name it. */
const typedOf = ({ name, exports = {} }: Manifest) => Object.entries(exports).filter(([, target]) => typeof target === 'object').map(([subpath]) => subpath.replace('.', name))
/** The packages beside this one whose types ship with them: `libssh2-wasm/ssh2` and @types/ssh2 have those of the third. */
const PACKAGES = { gateway: manifestOf('packages/gateway/'), terminal: manifestOf('packages/terminal/') }
const packagesBuilt = Object.keys(PACKAGES).every((name) => existsSync(`${project}packages/${name}/dist/index.d.ts`))

const importAll = (all: readonly string[]) => `${all.map((specifier, index) => `import * as entry${index} from '${specifier}'`).join('\n')}
export const entries = [${all.map((_, index) => `entry${index}`).join(', ')}]\n`

/** What is for require() too. */
const requirable = modules.filter(({ commonJs, specifier }) => commonJs && !specifier.endsWith('/xterm')).map(({ specifier }) => specifier)

/** By their names in a project: `.mts` is a module, `.cts` is CommonJS. */
const PROGRAMS = {
  'all.mts': importAll(specifiers),
  'page.mts': importAll(forPages),
  // Its worker is for projects that have Cloudflare's own types.
  'gateway.mts': importAll(typedOf(PACKAGES.gateway).filter((name) => !name.endsWith('/worker'))),
  'terminal.mts': importAll(typedOf(PACKAGES.terminal)),
  'use.mts': `
import { type Client, connect, knownHosts, password, SSHError } from 'libssh2-wasm'
import { type Channel, LIBSSH2_ERROR_EAGAIN, Session } from 'libssh2-wasm/bindings'
import { connectTcp } from 'libssh2-wasm/node'

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
`,
  'common.cts': `
import type { Client } from 'libssh2-wasm' with { 'resolution-mode': 'import' }
type Session = import('libssh2-wasm/bindings', { with: { 'resolution-mode': 'import' } }).Session

export async function main(sessions: Session[]): Promise<number | null> {
  const { connect, knownHosts } = await import('libssh2-wasm')
  const { connectTcp } = await import('libssh2-wasm/node')
  const { Session } = await import('libssh2-wasm/bindings')
  sessions.push(await Session.create(await connectTcp({ host: 'host' })))
  const client: Client = await connect({ host: 'host', username: 'user', hostKey: knownHosts('') })
  return (await client.run('ls')).exit.code
}
`,
  'require.cts': `
import ssh = require('libssh2-wasm')
import { Session } from 'libssh2-wasm/bindings'
import type { SSHError } from 'libssh2-wasm' with { 'resolution-mode': 'import' }
export const used = [ssh.connect, Session]
export const same: SSHError = new ssh.SSHError('by either way', { code: 'ERR_TIMEOUT' })
`,
  'require-all.cts': requirable.map((specifier, index) => `import entry${index} = require('${specifier}')\nvoid entry${index}\n`).join(''),
  'private.mts': `
import { Client, PortListener } from 'libssh2-wasm'
import { Channel } from 'libssh2-wasm/bindings'
import { HostsRun, ManyHosts } from 'libssh2-wasm/node'
export const made = [new Client(), new PortListener(), new Channel(), new HostsRun(), new ManyHosts()]
`,
} as const

const withGateway = packagesBuilt ? ['gateway.mts'] as const : []
if (!packagesBuilt) console.warn('skipped: the types of packages/gateway and packages/terminal: they are not built (./build.sh)')

const VERSIONS = ['node-20', 'node-22', 'node-24', 'node'] as const

beforeAll(() => {
  for (const types of VERSIONS) {
    mkdirSync(folder.file(`${types}/node_modules/@types`), { recursive: true })
    symlinkSync(project, folder.file(`${types}/node_modules/libssh2-wasm`))
    for (const [directory, { name }] of Object.entries(PACKAGES)) {
      mkdirSync(dirname(folder.file(`${types}/node_modules/${name}`)), { recursive: true })
      symlinkSync(`${project}packages/${directory}`, folder.file(`${types}/node_modules/${name}`))
    }
    symlinkSync(`${project}node_modules/@types/${types}`, folder.file(`${types}/node_modules/@types/node`))
    writeFileSync(folder.file(`${types}/package.json`), JSON.stringify({ private: true }))
    for (const [name, text] of Object.entries(PROGRAMS)) writeFileSync(folder.file(`${types}/${name}`), text)
  }
})

const RESOLUTIONS = {
  node16: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
  nodenext: { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
} as const

/** What the compiler says of a project that checks our declarations too; without the DOM library unless `options` name it. */
function compile(types: typeof VERSIONS[number], resolution: keyof typeof RESOLUTIONS, names: readonly (keyof typeof PROGRAMS)[], options: ts.CompilerOptions = {}): string[] {
  const root = folder.file(types)
  const settings: ts.CompilerOptions = {
    noEmit: true, strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, target: ts.ScriptTarget.ES2022, lib: ['lib.es2022.d.ts'], types: ['node'], typeRoots: [`${root}/node_modules/@types`],
    ...RESOLUTIONS[resolution], ...options,
  }
  const program = ts.createProgram(names.map((name) => `${root}/${name}`), settings, ts.createCompilerHost(settings))
  const nodes = new Set(program.getSourceFiles().flatMap(({ fileName }) => /@types\/node[^/]*\//.exec(fileName)?.[0] ?? []))
  expect([...nodes], 'the types of Node that the project has, and no others').toEqual(settings.types?.length ? [`@types/${types}/`] : [])
  return ts.getPreEmitDiagnostics(program).map(({ code, file, messageText }) => `${file?.fileName.replace(/^.*\//, '') ?? ''} TS${code}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`)
}

const LIMIT = 300_000

describe.runIf(missing.length === 0)('the declarations, with skipLibCheck off', () => {
  describe.each(VERSIONS)('@types/%s, without the DOM library', (types) => {
    test('node16: modules, and CommonJS by import() and by require()', () => expect(compile(types, 'node16', ['all.mts', 'use.mts', 'common.cts', 'require.cts', 'require-all.cts', ...withGateway])).toEqual([]), LIMIT)
    test('nodenext: modules, and CommonJS by import() and by require()', () => expect(compile(types, 'nodenext', ['all.mts', 'use.mts', 'common.cts', 'require.cts', 'require-all.cts', ...withGateway])).toEqual([]), LIMIT)
    test('bundler', () => expect(compile(types, 'bundler', ['all.mts', 'use.mts', ...withGateway])).toEqual([]), LIMIT)
  })

  test('no entry of package.json is left out', () => {
    expect([...specifiers, 'libssh2-wasm/xterm'].sort()).toEqual(typedOf(manifestOf('')).sort())
    expect(missing).toEqual([])
  })

  test('a page: the DOM library, and no types of Node', () => {
    expect(compile('node', 'bundler', ['page.mts', ...packagesBuilt ? ['terminal.mts'] as const : []], { types: [], lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'] })).toEqual([])
  }, LIMIT)

  test('what is not for callers is refused', () => {
    expect(compile('node', 'nodenext', ['private.mts'], { skipLibCheck: true }).filter((message) => message.startsWith('private.mts TS2673'))).toHaveLength(5)
  }, LIMIT)
})
