/**
 * `npm run bench:browser:perf -- [PEER] [WORKLOAD] [CIPHER]`: in which process of Chromium, and in which kind of code, a transfer of the page spends its CPU, from samples
 * of Linux's `perf` (package linux-perf). V8's own profiler needs a debugger, which would receive each frame of the WebSocket as well.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { temporaryDirectory } from '../../test/support/temporary.ts'
import { amount } from '../measure.ts'
import { startServer } from '../server.ts'
import { workloads } from '../workloads/all.ts'
import { openBrowser } from './browser-link.ts'

const [peerName = 'ours', name = 'exec-download', cipher = 'chacha20-poly1305@openssh.com'] = process.argv.slice(2)
const workload = workloads.find((each) => each.name === name)
if (!workload) throw new Error(`${name} is not a workload`)
const bytes = amount(workload.bytes ?? 0, 0.5)

interface Sample {
  readonly process: string
  readonly thread: string
  readonly kernel: boolean
  /** The functions that are running, the innermost first. */
  readonly stack: readonly string[]
}

/** The first that matches is the sample's. */
const KINDS: readonly (readonly [string, (sample: Sample) => boolean])[] = [
  ['WebAssembly', ({ stack }) => /wasm-function|wasm:/i.test(stack[0] ?? '')],
  ['garbage collector', ({ stack, thread }) => /GC|Garbage/i.test(thread) || stack.some((each) => /GarbageCollect|Scavenge|MarkCompact|v8::internal::Heap::|cppgc/.test(each))],
  ['JavaScript', ({ stack }) => /^JS:|^Builtin:|Builtins_|^BytecodeHandler/.test(stack[0] ?? '')],
  ['kernel', ({ kernel }) => kernel],
  ['C++ of Chromium and V8', () => true],
]

const folder = temporaryDirectory('bench-browser-perf')
const data = folder.file('perf.data')
const kindOfProcess = new Map<string, string>()
let perf: ReturnType<typeof spawn> | undefined
const observer = {
  flags: [`--js-flags=--perf-basic-prof --interpreted-frames-native-stack --logfile=${folder.file('v8.log')}`],
  async begin(pids: readonly number[]) {
    for (const pid of pids) {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1')
      kindOfProcess.set(String(pid), /--utility-sub-type=(\w+)/.exec(line)?.[1] ?? /--type=([\w-]+)/.exec(line)?.[1] ?? 'browser')
    }
    perf = spawn('perf', ['record', '--quiet', '-F', '2000', '-g', '-o', data, '-p', pids.join(','), '--control', 'fd:3,4'], { stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe'] })
    perf.stdio[3]!.on('error', () => {})
    const enabled = once(perf.stdio[4]!, 'data')
    ;(perf.stdio[3] as NodeJS.WritableStream).write('enable\n')
    await enabled
  },
  async end() {
    perf!.kill('SIGINT')
    await once(perf!, 'exit')
  },
}

await using server = await startServer(512 << 20)
await using link = await openBrowser(server.target, observer)
const peer = link.peers.find((each) => each.name === peerName)
if (!peer) throw new Error(`${peerName} does not run in a page`)
const sample = await peer.run({ workload: name, target: server.target, cipher, bytes, count: 1, remote: server.remote, local: server.local }, [])

const samples = spawnSync('perf', ['script', '-i', data, '-F', 'comm,pid,ip,sym,dso'], { encoding: 'utf8', maxBuffer: 1 << 30 }).stdout.split('\n\n').flatMap((text): Sample[] => {
  const [first = '', ...frames] = text.trim().split('\n')
  const [, thread = '', pid = ''] = /^(.*?)\s+(\d+)\s*$/.exec(first) ?? []
  if (frames.length === 0) return []
  return [{ process: kindOfProcess.get(pid) ?? pid, thread, kernel: frames[0]!.includes('[kernel'), stack: frames.map((frame) => frame.trim().replace(/^[0-9a-f]+ /, '')) }]
})
if (samples.length === 0) throw new Error('perf gave no samples')

const perGigabyte = sample.cpu / (bytes / 1e9)
console.log(`${peer.title}, ${name}, ${cipher}: ${(bytes / 1e6).toFixed(0)} MB, ${perGigabyte.toFixed(2)} s/GB of CPU in all processes of Chromium, with the sampling\n`)
table('process', (each) => each.process, samples, 5)
const renderer = samples.filter((each) => each.process === 'renderer')
table('renderer: thread', (each) => each.thread, renderer, 5)
table('renderer: kind of code', (each) => KINDS.find(([, matches]) => matches(each))![0], renderer, 5)
table('renderer: C++ and kernel, by the JavaScript that called it', (each) => each.stack.find((frame) => /^JS:/.test(frame))?.replace(/\s*\((\S+)\)$/, '').replace(/^JS:[*~^+']*/, '').slice(0, 100) ?? 'none: the event loop, or a stack that cannot be walked', renderer.filter(({ stack }) => !/^JS:/.test(stack[0] ?? '')), 15)
table('renderer: function', (each) => (each.stack[0] ?? '').replace(/\s*\((\S+)\)$/, '').slice(0, 100), renderer, 30)

/** The most frequent values, in seconds per gigabyte of all samples' share. */
function table(title: string, of: (sample: Sample) => string, among: readonly Sample[], most: number): void {
  const counts = new Map<string, number>()
  for (const each of among) counts.set(of(each), (counts.get(of(each)) ?? 0) + 1)
  console.log(`| ${title} | s/GB |\n|---|--:|`)
  for (const [value, count] of [...counts].sort(([, a], [, b]) => b - a).slice(0, most)) console.log(`| ${value} | ${(perGigabyte * count / samples.length).toFixed(2)} |`)
  console.log()
}
