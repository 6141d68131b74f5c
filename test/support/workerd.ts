import { copyFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { type Peer, startPeer } from './process.ts'
import { workerdPath } from './require-peer.ts'
import { temporaryDirectory } from './temporary.ts'

export interface WorkerdOptions {
  /** Absolute paths of its modules, the entry first; a `.wasm` is a compiled module, as on the platform. */
  readonly modules: readonly string[]
  /** Text bindings. */
  readonly bindings: Readonly<Record<string, string>>
  /** Bindings whose methods another Worker answers: the text of its module. */
  readonly services?: Readonly<Record<string, string>>
  /** Namespaces of Durable Objects: the binding, and the class of the main module. */
  readonly durableObjects?: Readonly<Record<string, string>>
  /** Compatibility flags, as in wrangler's configuration. */
  readonly flags?: readonly string[]
  /** Flags of V8, for a profile. */
  readonly v8Flags?: readonly string[]
  /** The addresses it may connect to; on the platform only `public`. Default: loopback. */
  readonly network?: 'local' | 'public'
}

export interface Workerd extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly pid: number
  log(): string
  logged: Peer['logged']
  stop(): Promise<void>
}

/** requirePeer('workerd'). */
export async function startWorkerd({ modules, bindings, services = {}, durableObjects = {}, flags = [], v8Flags = [], network = 'local' }: WorkerdOptions): Promise<Workerd> {
  const directory = temporaryDirectory('workerd')
  const text = (value: string) => JSON.stringify(value)
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  v8Flags = [${v8Flags.map(text).join(', ')}],
  services = [
    (name = "internet", network = (allow = ["${network}"])),
    (name = "main", worker = (
      modules = [${modules.map((path) => `(name = ${text(basename(path))}, ${path.endsWith('.wasm') ? 'wasm' : 'esModule'} = embed ${text(basename(path))})`).join(', ')}],
      compatibilityDate = "2026-01-01",
      compatibilityFlags = [${flags.map(text).join(', ')}],
      durableObjectNamespaces = [${Object.values(durableObjects).map((name) => `(className = ${text(name)}, uniqueKey = ${text(name)})`).join(', ')}],
      durableObjectStorage = (inMemory = void),
      bindings = [${[
        ...Object.entries(durableObjects).map(([key, name]) => `(name = ${text(key)}, durableObjectNamespace = ${text(name)})`),
        ...Object.entries(bindings).map(([key, value]) => `(name = ${text(key)}, text = ${text(value)})`),
        ...Object.keys(services).map((key) => `(name = ${text(key)}, service = ${text(key)})`),
      ].join(', ')}],
    )),
    ${Object.entries(services).map(([key, module]) => `(name = ${text(key)}, worker = (modules = [(name = "${key}.js", esModule = ${text(module)})], compatibilityDate = "2026-01-01")),`).join('\n    ')}
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`
  writeFileSync(directory.file('config.capnp'), config)
  for (const path of modules) copyFileSync(path, directory.file(basename(path)))
  const peer = await startPeer(workerdPath, ['serve', '--control-fd=1', directory.file('config.capnp')])
  const stop = async () => {
    await peer.stop()
    directory.remove()
  }
  try {
    await peer.logged(/"port":\d+/, 30_000)
  } catch (error) {
    await stop()
    throw error
  }
  const port = /"port":(\d+)/.exec(peer.log())?.[1]
  return { url: `http://127.0.0.1:${port}`, pid: peer.pid, log: peer.log, logged: peer.logged, stop, [Symbol.asyncDispose]: stop }
}
