// Builds the C targets of test/native with libFuzzer and sanitizers, runs them for some time, and measures their coverage.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

export const NATIVE_TARGETS = ['session', 'known-hosts']
const LARGEST_INPUT = { 'session': 6000, 'known-hosts': 1000 }
/** 32 bits, like the module. The kernel headers are in the folder of those for 64 bits. */
const PLATFORM = '-m32 -idirafter /usr/include/x86_64-linux-gnu'
const BUILDS = {
  fuzz: { flags: `-O1 -gline-tables-only -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined`, out: 'build/fuzz' },
  coverage: { flags: '-O1 -fsanitize=fuzzer-no-link -fprofile-instr-generate -fcoverage-mapping', out: 'build/fuzz-coverage' },
}

export function buildNative(kind) {
  const { flags, out } = BUILDS[kind]
  mkdirSync(out, { recursive: true })
  // The libraries are fast and not instrumented: the targets are libssh2, the glue and the crypto backend.
  const { status, stderr } = spawnSync('make', ['-s', '-C', 'test/native', `-j${availableParallelism()}`, 'CC=clang-19', `OUT=../../${out}`, 'PLATFORM=', 'SANITIZE=',
    `CFLAGS=${PLATFORM} -I../../build/src/zlib ${flags}`, `LIBRARY_CFLAGS=${PLATFORM} -O2`, ...NATIVE_TARGETS.map(target => `../../${out}/fuzz-${target}`)], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the C targets could not be built:\n${stderr.slice(-2000)}`)
}

const folder = (target, what) => `build/fuzz/${target}-${what}`
const packed = (target, what = 'corpus') => `test/fuzz/${what}/native-${target}.txt`

const inputsOf = file => existsSync(file) ? readFileSync(file, 'latin1').split('\n').filter(line => line && !line.startsWith('#')).map(line => Buffer.from(line.split(' ')[0], 'base64')) : []

function unpack(target) {
  for (const what of ['corpus', 'findings']) mkdirSync(folder(target, what), { recursive: true })
  ;[...inputsOf(packed(target)), ...inputsOf(packed(target, 'regressions'))].forEach((input, index) => writeFileSync(`${folder(target, 'corpus')}/packed-${index}`, input))
}

/** Writes the smallest set of inputs with the coverage of all found ones to test/fuzz/corpus/. */
export function keepCorpus(target) {
  const smallest = folder(target, 'smallest')
  rmSync(smallest, { recursive: true, force: true })
  mkdirSync(smallest, { recursive: true })
  spawnSync(`build/fuzz/fuzz-${target}`, ['-set_cover_merge=1', '-use_counters=0', smallest, folder(target, 'corpus')], { stdio: 'ignore' })
  writeFileSync(packed(target), readdirSync(smallest).map(name => `${readFileSync(`${smallest}/${name}`).toString('base64')}\n`).sort().join(''))
}

/** Fuzzes for some seconds, and continues from the found inputs after each crash. */
export async function fuzzNative(target, seconds) {
  unpack(target)
  const end = Date.now() + seconds * 1000
  /** @type {{ target: string, runs: number, cpuSeconds: number, edges?: number, features?: number, corpus?: number, findings: { target: string, artifact: string, error: string }[] }} */
  const total = { target, runs: 0, cpuSeconds: 0, findings: [] }
  do {
    const left = Math.max(1, Math.round((end - Date.now()) / 1000))
    const log = await libfuzzer(target, left)
    total.runs += Number(/stat::number_of_executed_units:\s*(\d+)/.exec(log)?.[1] ?? /#(\d+)\s[^#]*$/.exec(log)?.[1] ?? 0)
    total.cpuSeconds += (/CPU ([\d.]+) ([\d.]+)\s*$/.exec(log) ?? []).slice(1).reduce((sum, part) => sum + Number(part), 0)
    const [, edges, features, corpus] = [...log.matchAll(/ cov: (\d+) ft: (\d+) corp: (\d+)/g)].at(-1) ?? []
    Object.assign(total, { edges: Number(edges), features: Number(features), corpus: Number(corpus) })
    const artifact = /Test unit written to (\S+)/.exec(log)?.[1]
    if (artifact) total.findings.push({ target, artifact, error: /(?:ERROR: |runtime error: ).*/.exec(log)?.[0] ?? 'abort' })
  } while (Date.now() < end)
  return total
}

function libfuzzer(target, seconds) {
  const program = [`build/fuzz/fuzz-${target}`, `-max_len=${LARGEST_INPUT[target]}`, '-timeout=60', '-rss_limit_mb=1500', `-max_total_time=${seconds}`,
    `-artifact_prefix=${folder(target, 'findings')}/`, '-print_final_stats=1', folder(target, 'corpus')]
  const child = spawn('bash', ['-c', 'TIMEFORMAT="CPU %U %S"; time "$@"', 'bash', ...program], { stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  const take = data => { log = (log + data).slice(-200_000) }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  return new Promise(resolve => child.on('close', () => resolve(log)))
}

/** Lines of the sources that all inputs together run: [file, lines, run]. */
export function nativeCoverage() {
  buildNative('coverage')
  const { out } = BUILDS.coverage
  const profiles = NATIVE_TARGETS.map(target => {
    const profile = `${out}/${target}.profraw`
    spawnSync(`${out}/fuzz-${target}`, ['-runs=0', folder(target, 'corpus')], { stdio: 'ignore', env: { ...process.env, LLVM_PROFILE_FILE: profile } })
    return profile
  })
  spawnSync('llvm-profdata-19', ['merge', '-o', `${out}/all.profdata`, ...profiles])
  const objects = NATIVE_TARGETS.flatMap(target => ['-object', `${out}/fuzz-${target}`])
  const { stdout } = spawnSync('llvm-cov-19', ['export', '-summary-only', `-instr-profile=${out}/all.profdata`, ...objects], { encoding: 'utf8', maxBuffer: 1 << 26 })
  return JSON.parse(stdout).data[0].files
    .map(({ filename, summary: { lines } }) => [filename.replace(/^.*\/(build\/src|wasm|test\/native)\//, (_, part) => part === 'build/src' ? '' : `${part}/`), lines.count, lines.covered])
    .filter(([file]) => file.startsWith('libssh2/src') || file.startsWith('wasm/'))
}
