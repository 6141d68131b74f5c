import { cpSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { installPackedPackage } from '../support/packed-package.ts'
import type { SshServer } from '../support/ssh-server.ts'
import type { TemporaryDirectory } from '../support/temporary.ts'
import { startWorkerd, type Workerd } from '../support/workerd.ts'

export const API_TOKEN = 'a token for requests in tests'

/** What the Worker may run. */
export const COMMANDS = {
  hello: 'echo hello; echo careful >&2; exit 3',
  much: 'head -c 3000000 /dev/zero | tr "\\0" x',
  ticks: 'for tick in 1 2 3; do echo tick $tick; sleep 0.2; done',
  forever: 'echo begun; exec sleep 61',
  killed: 'kill -TERM $$',
}

/**
 * Modules of the Worker as wrangler makes them: the packed package, the conditions of Workers, `.wasm` as a module of its own.
 * @param entry its main module: a path in the folder
 */
export async function bundleEdgeWorker(folder: TemporaryDirectory, entry = 'examples/edge-kit/run-command/worker.ts'): Promise<string[]> {
  installPackedPackage(folder.path)
  cpSync(fileURLToPath(new URL('../../examples', import.meta.url)), folder.file('examples'), { recursive: true })
  cpSync(fileURLToPath(new URL('../../packages/gateway/src', import.meta.url)), folder.file('packages/gateway/src'), { recursive: true })
  await build({
    absWorkingDir: folder.path, entryPoints: { worker: entry }, outdir: 'out', bundle: true, format: 'esm', target: 'es2022', platform: 'neutral',
    conditions: ['workerd', 'worker', 'browser'], external: ['cloudflare:*'], loader: { '.wasm': 'copy' }, assetNames: '[name]',
  })
  return [folder.file('out/worker.js'), folder.file('out/libssh2.wasm')]
}

export function knownHost({ port, hostKeys }: Pick<SshServer, 'port' | 'hostKeys'>): string {
  return hostKeys.map(({ publicKey }) => `[127.0.0.1]:${port} ${publicKey}`).join('\n')
}

/** The bindings that all Workers of the kit have. @param port of a proxy in front of the server */
export function serverBindings(server: SshServer, port = server.port): Record<string, string> {
  return {
    API_TOKEN, SSH_HOST: '127.0.0.1', SSH_PORT: String(port), SSH_USER: server.user,
    SSH_PRIVATE_KEY: readFileSync(server.keys.ed25519.path, 'utf8'), SSH_KNOWN_HOSTS: knownHost({ ...server, port }),
  }
}

export function startEdgeWorker(modules: readonly string[], server: SshServer, bindings: Readonly<Record<string, string>> = {}, v8Flags: readonly string[] = []): Promise<Workerd> {
  return startWorkerd({ modules, v8Flags, flags: ['enable_request_signal'], bindings: { COMMANDS: JSON.stringify(COMMANDS), ...serverBindings(server), ...bindings } })
}

export function run(worker: { readonly url: string }, name: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${worker.url}/run/${name}`, { method: 'POST', headers: { authorization: `Bearer ${API_TOKEN}` }, ...init })
}

export interface Output {
  readonly stdout: string
  readonly stderr: string
  /** The line that ends it. */
  readonly last: unknown
}

export async function outputOf(response: Response): Promise<Output> {
  const events = (await response.text()).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as { stdout?: string, stderr?: string })
  const text = (name: 'stdout' | 'stderr') => events.map((event) => event[name] ?? '').join('')
  return { stdout: text('stdout'), stderr: text('stderr'), last: events.at(-1) }
}
