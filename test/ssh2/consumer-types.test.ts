import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'
import './limits.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))
const built = existsSync(`${project}dist/commonjs/ssh2.d.cts`)
if (!built) console.warn('skipped: programs against the types of the drop-in: dist/ is not built (./build.sh)')

const folder = temporaryDirectory('ssh2-types')
afterAll(() => folder.remove())

/** What programs and packages write against @types/ssh2, in the ways of ssh2-sftp-client, node-ssh, tunnel-ssh, dockerode and testcontainers. */
const USES = `
import type { Duplex, Readable } from 'node:stream'

export type Config = ConnectConfig & { password?: string, privateKey?: string, privateKeyPath?: string, tryKeyboard?: boolean, onKeyboardInteractive?: (name: string, instructions: string, lang: string, prompts: Prompt[], finish: (responses: string[]) => void) => void }
export interface SftpOptions extends ConnectConfig { retries?: number, retry_factor?: number }
export interface DockerOptions { protocol?: 'ssh', sshOptions?: ConnectConfig }
export interface TunnelOptions { connection: ConnectConfig, client?: Client }

export function connect({ privateKeyPath, onKeyboardInteractive, ...given }: Config, copied: ConnectConfig): Promise<Client> {
  const config: ConnectConfig = { ...copied, ...given }
  const checked: Config = given
  if (checked.host === undefined) throw new Error('no host')
  const connection = new Client()
  return new Promise<Client>((resolve, reject) => {
    connection.on('error', (error: Error & ClientErrorExtensions) => reject(error.level === 'client-timeout' ? new Error(privateKeyPath) : error))
    if (onKeyboardInteractive) connection.on('keyboard-interactive', onKeyboardInteractive)
    connection.on('ready', () => { connection.removeListener('error', reject); resolve(connection) })
    connection.on('end', () => {})
    connection.once('close', () => reject(new Error('No response from server')))
    connection.connect(config)
  })
}

export function channels(connection: Client, options: ShellOptions, pty: PseudoTtyOptions): void {
  connection.on('tcp connection', (details: TcpConnectionDetails, accept: AcceptConnection<ClientChannel>, reject: RejectConnection) => {
    if (details.destPort === 0) return reject()
    const channel: ClientChannel = accept()
    channel.pipe(process.stdout)
  })
  connection.on('unix connection', (info: UNIXConnectionDetails, accept: AcceptConnection, reject: RejectConnection) => { if (info.socketPath) accept(); else reject() })
  connection.shell(pty, (error: Error | undefined, channel: ClientChannel) => { if (!error) channel.setWindow('24' as unknown as number, 80, 0, 0) })
  connection.shell(options, (error, channel) => { if (error) throw error; channel.stdin.write('x') })
  connection.exec('docker system dial-stdio', (error: Error | undefined, stream: ClientChannel) => {
    if (error) return
    const socket: Duplex = stream
    const errors: Readable = stream.stderr
    stream.on('exit', (code: number | null, signal?: string) => void [code, signal])
    stream.on('close', (...given: [code: number, signal: string] | []) => void given)
    stream.addListener('error', (failure: Error) => void failure)
    errors.on('data', (chunk: Buffer) => socket.write(chunk.toString('utf8')))
    stream.signal('TERM')
  })
  connection.exec('x', { pty: true, env: { A: 'b' }, x11: { single: true } } satisfies ExecOptions, () => {})
  connection.forwardOut('127.0.0.1', 1, 'db', 5432, (error: Error | undefined, stream: ClientChannel) => { if (!error) connect({ sock: stream }, {}).catch(() => {}) })
  connection.forwardIn('0.0.0.0', 0, (error: Error | undefined, port: number) => void [error?.message, port + 1])
  connection.unforwardIn('0.0.0.0', 1, (error?: Error | null) => void error)
  connection.subsys('netconf', (error, stream) => { if (!error) stream.end() })
  connection.openssh_forwardOutStreamLocal('/var/run/docker.sock', (error, stream) => { if (!error) stream.allowHalfOpen = true })
  connection.setNoDelay(true)
}

export function files(connection: Client, read: ReadStreamOptions, write: WriteStreamOptions, transfer: TransferOptions): void {
  connection.sftp((error: Error | undefined, sftp: SFTPWrapper) => {
    if (error) throw error
    sftp.on('close', () => {})
    const source: ReadStream = sftp.createReadStream('a', read)
    const target: WriteStream = sftp.createWriteStream('b', { ...write, flags: 'w', encoding: 'utf8', mode: 0o644, autoClose: true })
    source.once('error', () => {}).pipe(target)
    sftp.fastGet('a', 'b', transfer, (failed?: Error | null) => void failed)
    sftp.fastPut('a', 'b', { concurrency: 1, chunkSize: 2, mode: '755', step: (total: number, size: number, all: number) => void [total, size, all] }, (failed) => void failed)
    sftp.readdir('.', (failed: Error | undefined, list: FileEntry[]) => list.filter(({ longname }) => longname.startsWith('d')).map(({ filename, attrs }) => [filename, attrs.mode, attrs.size, attrs.mtime * 1000]))
    sftp.stat('x', (failed: Error | undefined, stats: Stats) => [stats.isDirectory(), stats.isFile(), stats.isSymbolicLink(), stats.uid])
    sftp.open('x', 'r', (failed, handle: Buffer) => sftp.read(handle, Buffer.alloc(1), 0, 1, 0, (failed2, bytes, buffer, position) => void [bytes, buffer, position]))
    sftp.open('x', OPEN_MODE.READ | OPEN_MODE.WRITE, {} as Attributes, () => {})
    sftp.mkdir('d', { mode: 0o700 } as InputAttributes, (failed?: Error | null) => void (failed as (Error & { code?: number }) | undefined)?.code)
    sftp.realpath('.', (failed, path: string) => path.length)
    sftp.readFile('x', 'utf8', (failed, data) => void data.toString())
    sftp.writeFile('x', Buffer.from('x'), { encoding: 'utf8', mode: 0o600 }, (failed) => void failed)
    sftp.exists('x', (there: boolean) => void there)
    sftp.ext_openssh_rename('a', 'b', () => {})
    sftp.end()
  })
}

export const hosts: ConnectConfig[] = [
  { hostHash: 'sha256', hostVerifier: (hash: string) => hash === 'x' }, { hostVerifier: (key: Buffer) => key.length > 0 }, { hostVerifier: (_key: Buffer, verify: VerifyCallback) => verify(true) },
  { algorithms: { kex: ['curve25519-sha256'], cipher: { append: 'aes128-cbc', prepend: [], remove: ['aes256-cbc'] } } satisfies Algorithms }, { agent: createAgent('/agent'), agentForward: true },
  { authHandler: ['none', 'password'] satisfies AuthenticationType[] },
  { authHandler: (left: AuthenticationType[] | null, partial: boolean | null, next: NextAuthHandler) => next(left?.includes('publickey') && !partial ? 'publickey' : { type: 'none', username: 'x' }) },
]
export function keys(text: Buffer, password?: string): ParsedKey {
  const parsed = utils.parseKey(text, password)
  if (parsed instanceof Error) throw parsed
  const { public: line } = utils.generateKeyPairSync('ed25519', { comment: 'x' })
  return parsed.getPublicSSH().equals(Buffer.from(line)) && parsed.type === 'ssh-rsa' ? parsed : parsed
}
export class Own extends BaseAgent {
  getIdentities(callback: (error: Error | undefined, keys?: ParsedKey[]) => void): void { callback(undefined, []) }
  sign(_key: string | Buffer | ParsedKey, data: Buffer, _options: SigningRequestOptions | SignCallback, callback?: SignCallback): void { callback?.(undefined, data) }
}
`
const TYPES = `AcceptConnection, Algorithms, Attributes, AuthenticationType, ClientChannel, ClientErrorExtensions, ConnectConfig, ExecOptions, FileEntry, InputAttributes, NextAuthHandler, ParsedKey,
  Prompt, PseudoTtyOptions, ReadStream, ReadStreamOptions, RejectConnection, SFTPWrapper, ShellOptions, SignCallback, SigningRequestOptions, Stats, TcpConnectionDetails, TransferOptions, UNIXConnectionDetails, VerifyCallback, WriteStream, WriteStreamOptions`

const WAYS = {
  names: (specifier: string) => `import { BaseAgent, Client, createAgent, utils } from '${specifier}'`,
  require: (specifier: string) => `import ssh2 = require('${specifier}')\nconst { BaseAgent, createAgent, utils } = ssh2\nimport Client = ssh2.Client`,
  // Its classes are types too, by this name.
  default: (specifier: string) => `import ssh2 from '${specifier}'\nconst { BaseAgent, Client, createAgent, utils } = ssh2\ntype Client = ssh2.Client\nexport const channelOf = (channel: ssh2.ClientChannel, config: ssh2.ConnectConfig) => [channel.stderr, config.host]`,
} as const
type Way = keyof typeof WAYS

/** The same text against each package, in the ways that CommonJS and modules name it. */
const program = (specifier: string, way: Way) => `
${WAYS[way](specifier)}
import type { ${TYPES} } from '${specifier}'
const { OPEN_MODE } = utils.sftp
${USES}`

const SPECIFIERS = ['ssh2', 'ssh2-wasm', 'libssh2-wasm/ssh2'] as const
const nameOf = (specifier: string, way: string, extension: string) => `${specifier.replace('/', '-')}-${way}.${extension}`

beforeAll(() => {
  mkdirSync(folder.file('node_modules/@types'), { recursive: true })
  symlinkSync(project, folder.file('node_modules/libssh2-wasm'))
  for (const name of ['node', 'ssh2']) symlinkSync(`${project}node_modules/@types/${name}`, folder.file(`node_modules/@types/${name}`))
  // Under its own name, and as the override: its types come before those of @types/ssh2.
  for (const name of ['ssh2', 'ssh2-wasm']) symlinkSync(`${project}packages/ssh2-wasm`, folder.file(`node_modules/${name}`))
  writeFileSync(folder.file('package.json'), JSON.stringify({ private: true }))
  for (const specifier of SPECIFIERS) {
    for (const [way, extension] of [['names', 'mts'], ['names', 'cts'], ['require', 'cts'], ['default', 'mts'], ['default', 'cts']] as const) writeFileSync(folder.file(nameOf(specifier, way, extension)), program(specifier, way))
  }
})

const RESOLUTIONS = {
  node10: { module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10, ignoreDeprecations: '6.0' },
  node16: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
  nodenext: { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
} as const

/** What the compiler says of a program, and of the declarations that it uses. */
function compile(resolution: keyof typeof RESOLUTIONS, names: readonly string[], more: ts.CompilerOptions = {}): string[] {
  const settings: ts.CompilerOptions = {
    noEmit: true, strict: true, skipLibCheck: false, esModuleInterop: true, target: ts.ScriptTarget.ES2022, lib: ['lib.es2022.d.ts'], types: ['node'], typeRoots: [folder.file('node_modules/@types')], ...RESOLUTIONS[resolution], ...more,
  }
  const compiled = ts.createProgram(names.map((name) => folder.file(name)), settings, ts.createCompilerHost(settings))
  return ts.getPreEmitDiagnostics(compiled).map(({ code, file, start, messageText }) => `${file?.fileName.replace(/^.*\//, '') ?? ''}:${file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : ''} TS${code}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`)
}

describe.runIf(built)('programs that are written against @types/ssh2, with skipLibCheck off', () => {
  const own = (way: string, extension: string) => nameOf('libssh2-wasm/ssh2', way, extension)

  const ownCommonJs = ['names', 'require', 'default'].map((way) => own(way, 'cts'))
  const ownModules = ['names', 'default'].map((way) => own(way, 'mts'))

  test('libssh2-wasm/ssh2, node10: by names, by require() and by the default', () => expect(compile('node10', ownCommonJs)).toEqual([]))

  test.each(['node16', 'nodenext'] as const)('libssh2-wasm/ssh2, %s: CommonJS by names, by require() and by the default, and modules by names and by the default', (resolution) => {
    expect(compile(resolution, [...ownCommonJs, ...ownModules])).toEqual([])
  })

  test('libssh2-wasm/ssh2, bundler: by names and by the default', () => expect(compile('bundler', ownModules)).toEqual([]))

  test('@types/ssh2 itself: the programs are right', () => {
    expect(compile('node10', [nameOf('ssh2', 'require', 'cts'), nameOf('ssh2', 'default', 'cts')], { paths: { ssh2: [folder.file('node_modules/@types/ssh2/index.d.ts')] } })).toEqual([])
  })

  test('ssh2, the override: node10 and nodenext', () => {
    expect(compile('node10', [nameOf('ssh2', 'require', 'cts')])).toEqual([])
    expect(compile('nodenext', [nameOf('ssh2', 'names', 'mts'), nameOf('ssh2', 'default', 'cts')])).toEqual([])
  })

  test('ssh2-wasm under its own name: node10, whose resolution does not know exports', () => {
    expect(compile('node10', [nameOf('ssh2-wasm', 'names', 'cts'), nameOf('ssh2-wasm', 'require', 'cts'), nameOf('ssh2-wasm', 'default', 'cts')])).toEqual([])
  })

  test('ssh2-wasm under its own name: nodenext and bundler', () => {
    expect(compile('nodenext', [...['names', 'default'].map((way) => nameOf('ssh2-wasm', way, 'mts')), ...['names', 'require', 'default'].map((way) => nameOf('ssh2-wasm', way, 'cts'))])).toEqual([])
    expect(compile('bundler', ['names', 'default'].map((way) => nameOf('ssh2-wasm', way, 'mts')))).toEqual([])
  })

  test('a program that is wrong does not compile', () => {
    writeFileSync(folder.file('wrong.cts'), "import { Client } from 'libssh2-wasm/ssh2'\nnew Client().connect({ port: 'x' })\nnew Client().forwardIn(5, 6)\n")
    expect(compile('node16', ['wrong.cts']).map((text) => text.split(':')[1]!.split(' ')[0])).toEqual(['2', '3'])
  })
})
