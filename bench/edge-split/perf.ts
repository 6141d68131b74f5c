/**
 * `npm run bench:edge:perf -- STAGE [KEX]`: in which kind of code workerd spends a stage of `worker.ts`, from samples of Linux's `perf` (package linux-perf)
 * with whole stacks. It answers what the stages cannot: what arithmetic, JavaScript, V8 and workerd themselves take within one of them.
 */
import { startSshd } from '../../test/support/sshd.ts'
import { startEdgeWorker } from '../../test/edge-kit/rig.ts'
import { temporaryDirectory } from '../../test/support/temporary.ts'
import { counted, kindOf, type Kinds, PERF_FLAGS, record } from '../perf.ts'
import { modulesOf } from './modules.ts'

const [stage = 'connect', kex = 'curve25519-sha256'] = process.argv.slice(2)
const WARM = 60
const REQUESTS = 150

/** By its thread, its innermost function, or any function that is running. */
const KINDS: Kinds = [
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

const folder = temporaryDirectory('bench-edge-perf')
const modules = await modulesOf('.')
await using server = await startSshd({ config: [`KexAlgorithms ${kex}`] })
await using worker = await startEdgeWorker(modules, server, { ECHO_PORT: '1' }, [...PERF_FLAGS, '--perf-basic-prof-only-functions'])
const send = async (count: number) => {
  for (let at = 0; at < count; at++) await (await fetch(`${worker.url}/${stage}`, { method: 'POST' })).text()
}
await send(WARM)
const recording = await record([worker.pid], 5000, folder.file('perf.data'))
await send(REQUESTS)
const samples = await recording.stop()
console.log(`${stage}, ${kex}: ${samples.length} samples of ${REQUESTS} requests\n\n| kind of code | share |\n|---|--:|`)
for (const [name, count] of counted(samples, (sample) => kindOf(KINDS, sample))) console.log(`| ${name} | ${(100 * count / samples.length).toFixed(0)} % |`)
