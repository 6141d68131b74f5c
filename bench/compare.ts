/**
 * `npm run bench:compare -- OTHER WORKLOAD…`: CPU of this library's process and of the server per gigabyte, and the seconds of the transfer, from the build of this tree and from that of
 * another one, alternating: shows the effect of a change. It reports the minimum of the rounds, since other work on the machine can only add to it, and the median.
 * With --kex, the server has these key exchanges only, so that two trees that prefer different ones do the same.
 * With --profile, V8's sampling profiler runs in both: the figures grow, and tables show by part and by function where the main thread's time differs.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { amount } from './measure.ts'
import { measured } from './peers/measured.ts'
import { CIPHERS } from './peers/peer.ts'
import { profileDifference } from './report/profile-difference.ts'
import { median } from './results.ts'
import { prepareFiles, startServer } from './server.ts'
import type { Timing } from './types.ts'
import { workloads } from './workloads/all.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' }, cipher: { type: 'string', default: CIPHERS[0] as string }, node: { type: 'string', default: process.execPath },
    wasm: { type: 'boolean', default: false }, share: { type: 'string', default: '0.5' },
    flags: { type: 'string', default: '' }, profile: { type: 'boolean', default: false }, kex: { type: 'string' },
  },
})
const [other, ...names] = positionals
if (other === undefined || names.length === 0) throw new Error('usage: bench:compare -- OTHER-TREE WORKLOAD… [--rounds N] [--cipher NAME] [--wasm] [--node PROGRAM] [--share OF-THE-DATA] [--flags=OPTIONS-OF-NODE] [--profile] [--kex NAMES]')

/** The client of this tree, run with the package of another: a package finds itself by the name in the package.json above it. */
const here = dirname(fileURLToPath(import.meta.url))
const there = resolve(other, 'build/bench-compared')
if (!existsSync(resolve(other, 'dist/index.js'))) throw new Error(`${other} has no dist/: build it`)
rmSync(there, { recursive: true, force: true })
mkdirSync(there, { recursive: true })
cpSync(here, there, { recursive: true, filter: (path) => path === here || path.endsWith('.js') })

/** Where the profiles of a workload are. @param which 0: the other tree, 1: this one */
const profiles = (name: string, which: number) => `build/bench/compared/${name}/${which}`
const profilesOf = (name: string, which: number) => readdirSync(profiles(name, which)).map((file) => `${profiles(name, which)}/${file}`)
rmSync('build/bench/compared', { recursive: true, force: true })

await using server = await startServer(1 << 30, values.kex === undefined ? [] : [`KexAlgorithms ${values.kex}`])
for (const name of names) {
  const workload = workloads.find((each) => each.name === name)
  if (!workload) throw new Error(`there is no workload ${name}`)
  const { count = 1, bytes: most = 0 } = workload
  const bytes = amount(most, Number(values.share))
  const seen = [0, 1].map(() => ({ cpu: [] as number[], server: [] as number[], seconds: [] as number[] }))
  const memory = [0, 0]
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [which, folder] of [there, here].entries()) {
      prepareFiles(server, name, bytes, count)
      const job = { workload: name, target: server.target, cipher: values.cipher, bytes, count, remote: server.remote, local: server.local }
      const flags = values.profile ? ['--cpu-prof', `--cpu-prof-dir=${profiles(name, which)}`] : values.flags.split(' ').filter((flag) => flag !== '')
      const [run, served = NaN] = await server.cpu.during(() => measured([values.node, ...flags, `${folder}/client.js`, 'libssh2-wasm', JSON.stringify(job)], { env: values.wasm ? { BENCH_HOST_CRYPTO: 'off' } : {} }))
      const { seconds } = JSON.parse(run.stdout) as Timing
      seen[which]!.cpu.push(run.cpu)
      seen[which]!.server.push(served)
      seen[which]!.seconds.push(median(seconds))
      memory[which] = Math.max(memory[which] as number, run.memory)
    }
  }
  const unit = most > 0 ? bytes / 1e9 : 1
  const shown = (what: 'cpu' | 'server' | 'seconds', per: number) => ([['least', least], ['median', median]] as const).map(([kind, figure]) => `${kind} ${seen.map((figures) => (figure(figures[what]) / per).toFixed(2)).join(' -> ')}`).join(', ')
  const each = most > 0 ? '/GB' : ''
  console.log([
    `${name} ${values.cipher}${values.wasm ? ', ciphers in WebAssembly' : ''}: ${shown('cpu', unit)} CPU s${each}, most memory ${memory.map((one) => (one / 1e6).toFixed(0)).join(' -> ')} MB`,
    `  server: ${shown('server', unit)} CPU s${each}`, `  the transfer: ${shown('seconds', 1)} s`,
  ].join('\n'))
  if (values.profile) console.log(`\n${profileDifference(profilesOf(name, 0), profilesOf(name, 1))}`)
}

function least(values: readonly number[]): number {
  return Math.min(...values)
}
