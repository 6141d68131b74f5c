/**
 * `npm run bench:browser:perf -- [PEER] [WORKLOAD] [CIPHER]`: in which process of Chromium, and in which kind of code, a transfer of the page spends its CPU, from samples
 * of Linux's `perf` (package linux-perf). V8's own profiler needs a debugger, which would receive each frame of the WebSocket as well.
 */
import { readFileSync } from 'node:fs'
import { temporaryDirectory } from '../../test/support/temporary.ts'
import { amount } from '../measure.ts'
import { counted, kindOf, type Kinds, PERF_FLAGS, record, type Recording, type Sample } from '../perf.ts'
import { startServer } from '../server.ts'
import { workloads } from '../workloads/all.ts'
import { openBrowser } from './browser-link.ts'

const [peerName = 'ours', name = 'exec-download', cipher = 'chacha20-poly1305@openssh.com'] = process.argv.slice(2)
const workload = workloads.find((each) => each.name === name)
if (!workload) throw new Error(`${name} is not a workload`)
const bytes = amount(workload.bytes ?? 0, 0.5)

const KINDS: Kinds = [
  ['WebAssembly', ({ stack }) => /wasm-function|wasm:/i.test(stack[0] ?? '')],
  ['garbage collector', ({ stack, thread }) => /GC|Garbage/i.test(thread) || stack.some((each) => /GarbageCollect|Scavenge|MarkCompact|v8::internal::Heap::|cppgc/.test(each))],
  ['JavaScript', ({ stack }) => /^JS:|^Builtin:|Builtins_|^BytecodeHandler/.test(stack[0] ?? '')],
  ['kernel', ({ kernel }) => kernel],
  ['C++ of Chromium and V8', () => true],
]

const folder = temporaryDirectory('bench-browser-perf')
const kindOfProcess = new Map<string, string>()
let recording: Recording | undefined
let samples: readonly Sample[] = []
const observer = {
  flags: [`--js-flags=${PERF_FLAGS.join(' ')} --logfile=${folder.file('v8.log')}`],
  async begin(pids: readonly number[]) {
    for (const pid of pids) {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1')
      kindOfProcess.set(String(pid), /--utility-sub-type=(\w+)/.exec(line)?.[1] ?? /--type=([\w-]+)/.exec(line)?.[1] ?? 'browser')
    }
    recording = await record(pids, 2000, folder.file('perf.data'))
  },
  async end() {
    samples = await recording!.stop()
  },
}

await using server = await startServer(512 << 20)
await using link = await openBrowser(server.target, observer)
const peer = link.peers.find((each) => each.name === peerName)
if (!peer) throw new Error(`${peerName} does not run in a page`)
const sample = await peer.run({ workload: name, target: server.target, cipher, bytes, count: 1, remote: server.remote, local: server.local }, [])

const perGigabyte = sample.cpu / (bytes / 1e9)
console.log(`${peer.title}, ${name}, ${cipher}: ${(bytes / 1e6).toFixed(0)} MB, ${perGigabyte.toFixed(2)} s/GB of CPU in all processes of Chromium, with the sampling\n`)
table('process', ({ pid }) => kindOfProcess.get(pid) ?? pid, samples, 5)
const renderer = samples.filter(({ pid }) => kindOfProcess.get(pid) === 'renderer')
table('renderer: thread', (each) => each.thread, renderer, 5)
table('renderer: kind of code', (each) => kindOf(KINDS, each), renderer, 5)
table('renderer: C++ and kernel, by the JavaScript that called it', (each) => each.stack.find((frame) => /^JS:/.test(frame))?.replace(/\s*\((\S+)\)$/, '').replace(/^JS:[*~^+']*/, '').slice(0, 100) ?? 'none: the event loop, or a stack that cannot be walked', renderer.filter(({ stack }) => !/^JS:/.test(stack[0] ?? '')), 15)
table('renderer: function', (each) => (each.stack[0] ?? '').replace(/\s*\((\S+)\)$/, '').slice(0, 100), renderer, 30)

/** The most frequent values, in seconds per gigabyte of all samples' share. */
function table(title: string, of: (sample: Sample) => string, among: readonly Sample[], most: number): void {
  console.log(`| ${title} | s/GB |\n|---|--:|`)
  for (const [value, count] of counted(among, of).slice(0, most)) console.log(`| ${value} | ${(perGigabyte * count / samples.length).toFixed(2)} |`)
  console.log()
}
