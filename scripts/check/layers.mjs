// Imports point down only (ARCHITECTURE.md), and no file leads back to itself. This table is the rule: a folder and what it may import from.
import { circles } from './circles.mjs'
import { lineAt, projectFiles, read, report } from './files.mjs'
import { fileOf, importsOf } from './imports.mjs'
import { namesItsMaker } from './makers.mjs'

const KEYS = ['errors', 'runtime', 'wire-format', 'keys']
/** @type {Record<string, readonly string[]>} */
const MAY_IMPORT = {
  abort: [],
  errors: [],
  runtime: [],
  'wire-format': ['errors'],
  keys: ['errors', 'wire-format', 'runtime'],
  'host-key': ['abort', ...KEYS, 'runtime'],
  ffi: ['errors', 'runtime'],
  core: ['abort', 'errors', 'runtime', 'ffi'],
  parcels: ['wire-format', 'runtime', 'ffi'],
  bindings: ['abort', ...KEYS, 'runtime', 'ffi', 'core', 'parcels'],
  sftp: ['abort', 'errors', 'wire-format', 'runtime', 'ffi', 'bindings'],
  client: ['abort', ...KEYS, 'host-key', 'runtime', 'ffi', 'core', 'bindings', 'sftp'],
  // Runtimes are named here. Types may come from anywhere below; the transports themselves contain no code of the library.
  transports: ['abort', 'errors', 'runtime'],
  // Connections through a gateway, and the protocol that both sides share.
  'gateway-protocol': ['wire-format'],
  gateway: ['abort', 'errors', 'runtime', 'transports', 'gateway-protocol'],
  xterm: ['errors'],
  // What ssh(1) does on a user's machine: for the program and for `libssh2-wasm/node`.
  openssh: ['abort', ...KEYS, 'host-key', 'core', 'runtime', 'client', 'sftp', 'transports'],
  node: ['transports', 'openssh'],
  cli: ['errors', 'wire-format', 'keys', 'host-key', 'runtime', 'client', 'sftp', 'transports', 'openssh', 'index.ts'],
  // The drop-in for npm ssh2: Node's callbacks and streams over the bindings.
  ssh2: ['abort', ...KEYS, 'host-key', 'ffi', 'core', 'bindings', 'client', 'sftp', 'transports', 'openssh'],
  agent: ['keys'],
  sshsig: [...KEYS, 'host-key'],
  inline: ['ffi', 'transports', 'index.ts'],
  'index.ts': ['abort', 'errors', 'wire-format', 'runtime', 'keys', 'host-key', 'ffi', 'core', 'bindings', 'sftp', 'client'],
}
const TYPES_FROM_ANYWHERE = ['transports', 'xterm', 'openssh', 'node', 'cli', 'ssh2']
/** Packages that exist only in one kind of runtime. */
const RUNTIME_MODULE = /^(node|cloudflare|bun|deno):/
const RUNTIME_ROOMS = ['transports', 'openssh', 'node', 'cli', 'ssh2']

/** @param {string} path */
const roomOf = path => path.split('/')[1]

/** The source that an import leads to: `#connect-tcp` leads to its interface. @param {string} path @param {string} specifier */
function targetOf(path, specifier) {
  return specifier.startsWith('#') ? `src/runtime/${specifier.slice(1)}.ts` : fileOf(path, specifier)
}

/** @type {string[]} */
const findings = []
/** @type {Map<string, string[]>} */
const graph = new Map()
let count = 0
let makers = 0
for (const path of projectFiles('src').filter(path => path.endsWith('.ts'))) {
  const room = roomOf(path)
  /** @type {string[]} */
  const targets = []
  graph.set(path, targets)
  if (!(room in MAY_IMPORT)) findings.push(`${path}: src/${room} is not a room of the table in scripts/check/layers.mjs`)
  for (const { specifier, typeOnly, index } of importsOf(path)) {
    count++
    const where = `${path}:${lineAt(read(path), index)}`
    if (RUNTIME_MODULE.test(specifier) && !RUNTIME_ROOMS.includes(room)) findings.push(`${where}: imports ${specifier}; only ${RUNTIME_ROOMS.map(name => `src/${name}`).join(', ')} name a runtime`)
    const target = targetOf(path, specifier)
    if (!target) continue
    if (namesItsMaker(path, target, typeOnly)) makers++
    else targets.push(target)
    const imported = roomOf(target)
    const allowed = imported === room || MAY_IMPORT[room]?.includes(imported) || (typeOnly && TYPES_FROM_ANYWHERE.includes(room))
    if (!allowed) findings.push(`${where}: ${room} may not import ${specifier} (${imported})`)
  }
}
const upward = findings.length
const round = circles(graph)
for (const path of round) findings.push(`a circle of imports: ${path.join(' -> ')}`)
const lines = [...graph.keys()].map(path => ({ path, count: read(path).split('\n').length - 1 })).sort((a, b) => a.count - b.count)
const largest = /** @type {{ path: string, count: number }} */ (lines.at(-1))
console.log(`lines of the files in src/: median ${lines[lines.length >> 1]?.count}, largest ${largest.count} (${largest.path})`)
report(findings, `${count} imports of ${graph.size} files: ${upward} point up, ${round.length} circles; ${makers} of them are the name of a maker (scripts/check/makers.mjs)`)
