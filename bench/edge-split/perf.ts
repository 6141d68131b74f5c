/**
 * `npm run bench:edge:perf -- STAGE [KEX]`: in which kind of code workerd spends a stage of `worker.ts`, from samples of Linux's `perf` (package linux-perf)
 * with whole stacks. It answers what the stages cannot: what arithmetic, JavaScript, V8 and workerd themselves take within one of them.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { startSshd } from '../../test/support/sshd.ts'
import { startEdgeWorker } from '../../test/edge-kit/rig.ts'
import { temporaryDirectory } from '../../test/support/temporary.ts'
import { splitModules } from './modules.ts'

const [stage = 'connect', kex = 'curve25519-sha256'] = process.argv.slice(2)
const WARM = 60
const REQUESTS = 150

/** The first that matches is the sample's: its thread, its innermost function, or any function that is running. */
const KINDS: readonly (readonly [string, (sample: Sample) => boolean])[] = [
  ['V8\'s helper threads: optimizing compilers, garbage collector', ({ thread }) => thread.startsWith('V8')],
  ['WebAssembly: libssh2 and its arithmetic', ({ stack }) => /wasm-function/.test(stack[0] ?? '')],
  ['garbage collector', ({ stack }) => stack.some((name) => /GarbageCollect|Scavenge|v8::internal::Heap::/.test(name))],
  ['compiling JavaScript', ({ stack }) => stack.some((name) => /Compiler::|CompileLazy|TieringManager/.test(name))],
  ['WebCrypto', ({ stack }) => stack.some((name) => /SubtleCrypto|EVP_|bssl/.test(name))],
  ['kernel: sockets and the switches between threads', ({ kernel }) => kernel],
  ['JavaScript, and the parts of V8 that are compiled like it', ({ stack }) => /^JS:|Builtins_/.test(stack[0] ?? '')],
  ['V8 itself', ({ stack }) => stack.slice(0, 8).some((name) => name.includes('v8::internal'))],
  ['workerd: streams, promises, signals, memory', () => true],
]

interface Sample {
  readonly thread: string
  readonly kernel: boolean
  /** The functions that are running, the innermost first. */
  readonly stack: readonly string[]
}

const folder = temporaryDirectory('bench-edge-perf')
const data = folder.file('perf.data')
const modules = await splitModules(folder)
await using server = await startSshd({ config: [`KexAlgorithms ${kex}`] })
await using worker = await startEdgeWorker(modules, server, { ECHO_PORT: '1' }, ['--perf-basic-prof', '--perf-basic-prof-only-functions', '--interpreted-frames-native-stack'])
const send = async (count: number) => {
  for (let at = 0; at < count; at++) await (await fetch(`${worker.url}/${stage}`, { method: 'POST' })).text()
}
await send(WARM)
const perf = spawn('perf', ['record', '--quiet', '-F', '5000', '-g', '-o', data, '-p', String(worker.pid), '--control', 'fd:3,4'], { stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe'] })
perf.stdio[3]!.on('error', () => {})
const enabled = once(perf.stdio[4]!, 'data')
;(perf.stdio[3] as NodeJS.WritableStream).write('enable\n')
await enabled
await send(REQUESTS)
perf.kill('SIGINT')
await once(perf, 'exit')

const samples = spawnSync('perf', ['script', '-i', data, '-F', 'comm,ip,sym,dso'], { encoding: 'utf8', maxBuffer: 1 << 30 }).stdout.split('\n\n').flatMap((text): Sample[] => {
  const [thread = '', ...frames] = text.trim().split('\n')
  if (frames.length === 0) return []
  return [{ thread, kernel: frames[0]!.includes('[kernel'), stack: frames.map((frame) => frame.trim().replace(/^[0-9a-f]+ /, '')) }]
})
if (samples.length === 0) throw new Error('perf gave no samples')
console.log(`${stage}, ${kex}: ${samples.length} samples of ${REQUESTS} requests\n\n| kind of code | share |\n|---|--:|`)
const counts = new Map(KINDS.map(([name]) => [name, 0]))
for (const sample of samples) {
  const [name] = KINDS.find(([, matches]) => matches(sample))!
  counts.set(name, counts.get(name)! + 1)
}
for (const [name, count] of [...counts].sort(([, a], [, b]) => b - a)) console.log(`| ${name} | ${(100 * count / samples.length).toFixed(0)} % |`)
