/**
 * `npm run bench:kinds -- WORKLOAD… [--peers ours,ssh2-addon] [--share OF-THE-DATA] [--rounds N]`: in which kind of code the whole process of a Node client spends
 * its CPU, the threads of V8 included, from samples of Linux's `perf` (package linux-perf) by the function that is running. It needs the addon of
 * `npm run bench` for that peer.
 */
import { parseArgs } from 'node:util'
import { temporaryDirectory } from '../test/support/temporary.ts'
import { amount } from './measure.ts'
import { CIPHERS } from './peers/peer.ts'
import { peerWith } from './peers/node.ts'
import { counted, kindOf, type Kinds, PERF_FLAGS, samplesIn } from './perf.ts'
import { prepareFiles, startServer } from './server.ts'
import { workloads } from './workloads/all.ts'

const { values, positionals: names } = parseArgs({
  allowPositionals: true, options: { peers: { type: 'string', default: 'ours,ssh2-addon' }, share: { type: 'string', default: '0.5' }, rounds: { type: 'string', default: '3' } },
})
if (names.length === 0) throw new Error('usage: bench:kinds -- WORKLOAD… [--peers NAMES] [--share OF-THE-DATA] [--rounds N]')

const RATE = 2000

/** By the innermost function, which `perf` can always name; what calls it often cannot be walked. The first that matches counts. */
const KINDS: Kinds = [
  ['kernel: sockets, files, memory, switches between threads', ({ kernel }) => kernel],
  ['V8\'s garbage collector', ({ stack }) => /Mark|Sweep|Scaveng|v8::internal::Heap::|Evacuat|GlobalHandles|HeapObjectSlot|BodyDescriptor|ShouldVisit/.test(stack[0]!)],
  ['V8\'s optimizing compiler', ({ stack }) => /v8::internal::(compiler|maglev|turboshaft)::|Turbo|v8::internal::Zone|OptimizedCompilation/i.test(stack[0]!)],
  ['V8\'s parser and bytecode', ({ stack }) => /Scanner|Parser|v8::internal::(interpreter|baseline)::|v8::internal::Ast|Scope::|CalculateLine|Utf16|Preparse/.test(stack[0]!)],
  ['WebAssembly, and compiling it', ({ stack }) => /wasm/i.test(stack[0]!)],
  ['OpenSSL', ({ stack }) => /aesni|ghash|gcm|EVP|ossl|OPENSSL|CRYPTO|evp|pthread_rwlock|asn1|libcrypto/i.test(stack[0]!) && !/JS:/.test(stack[0]!)],
  ['JavaScript, interpreted or compiled', ({ stack }) => /^JS:|Builtins_|BytecodeHandler|Builtin:|perf-\d+\.map/.test(stack[0]!)],
  ['memory: malloc, memcpy, memset', ({ stack }) => /alloc|free|mem(set|move|cpy)|_int_|unlink_chunk|operator (new|delete)/.test(stack[0]!)],
  ['C++ of V8 and Node', () => true],
]

await using server = await startServer(512 << 20)
const folder = temporaryDirectory('bench-kinds')
for (const name of names) {
  const workload = workloads.find((each) => each.name === name)
  if (!workload) throw new Error(`there is no workload ${name}`)
  const { count = 1, bytes: most = 0 } = workload
  const bytes = amount(most, Number(values.share))
  const peers = values.peers.split(',')
  const milliseconds = new Map<string, number[]>(KINDS.map(([kind]) => [kind, peers.map(() => 0)]))
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [at, peer] of peers.entries()) {
      prepareFiles(server, name, bytes, count)
      const data = folder.file('perf.data')
      await peerWith(peer, PERF_FLAGS).run(
        { workload: name, target: server.target, cipher: CIPHERS[0], bytes, count, remote: server.remote, local: server.local },
        ['perf', 'record', '--quiet', '-e', 'cpu-clock', '-F', String(RATE), '-g', '-o', data])
      for (const [kind, samples] of counted(samplesIn(data), (sample) => kindOf(KINDS, sample))) milliseconds.get(kind)![at]! += samples / RATE * 1000 / Number(values.rounds)
    }
  }
  const row = (kind: string, figures: readonly number[]) => `| ${kind} | ${figures.map((each) => each.toFixed(0)).join(' | ')} |`
  const all = peers.map((_, at) => [...milliseconds.values()].reduce((sum, each) => sum + each[at]!, 0))
  console.log(`${workload.title}, ${most > 0 ? `${(bytes / 1e6).toFixed(0)} MB` : `${count} files`}: milliseconds of CPU of the whole process, mean of ${values.rounds}\n`)
  console.log([`| kind of code | ${peers.join(' | ')} |`, `|---|${peers.map(() => '--:|').join('')}`, ...[...milliseconds].map(([kind, figures]) => row(kind, figures)), row('**all**', all), ''].join('\n'))
}
