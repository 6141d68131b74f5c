// npm run fuzz -- [--minutes N] [--only native|javascript] [--keep] : coverage-guided fuzzing of the C (libFuzzer, sanitizers) and of the parsers in TypeScript,
// both at once, for N minutes (default 10). Installs what it needs. Writes build/fuzz-report.md; --keep writes new corpora to test/fuzz/corpus/.
// Exits with status 1 if there are findings. docs/fuzzing.md explains the rest.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { buildNative, fuzzNative, keepCorpus, NATIVE_TARGETS, nativeCoverage } from './fuzz/native.mjs'
import { reportText } from './fuzz/report.mjs'

const args = process.argv.slice(2)
const option = name => args.includes(name) ? args[args.indexOf(name) + 1] : undefined
const seconds = Number(option('--minutes') ?? 10) * 60
const only = option('--only')
const keep = args.includes('--keep')
/** The share of the time for C that is spent on a session: the other target is small. */
const SESSION_SHARE = 0.9

function javascript() {
  const child = spawn(process.execPath, ['--import', './scripts/run/typescript.mjs', 'test/fuzz/run.ts', String(seconds), ...(keep ? ['--keep'] : [])], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', data => { output += data })
  return new Promise((resolve, reject) => child.on('close', () => {
    const last = output.trim().split('\n').at(-1) ?? ''
    console.log(output.trim().split('\n').filter(line => line !== last).join('\n'))
    try { resolve(JSON.parse(last)) } catch { reject(new Error(`fuzzing the TypeScript ended early: ${output.slice(-2000)}`)) }
  }))
}

async function native() {
  if (spawnSync('bash', ['scripts/fuzz/install.sh'], { stdio: 'inherit' }).status !== 0) throw new Error('clang could not be installed')
  buildNative('fuzz')
  const [session, ...others] = NATIVE_TARGETS
  const results = [await fuzzNative(session, seconds * SESSION_SHARE)]
  for (const target of others) results.push(await fuzzNative(target, seconds * (1 - SESSION_SHARE) / others.length))
  if (keep) for (const target of NATIVE_TARGETS) keepCorpus(target)
  return { targets: results, files: nativeCoverage() }
}

const begin = Date.now()
const [c, ts] = await Promise.all([only === 'javascript' ? undefined : native(), only === 'native' ? undefined : javascript()])
const report = reportText({ begin, seconds, c, ts })
mkdirSync('build', { recursive: true })
writeFileSync('build/fuzz-report.md', report)
console.log(report)
const findings = [...(c?.targets.flatMap(target => target.findings) ?? []), ...(ts?.findings ?? [])]
process.exitCode = findings.length > 0 ? 1 : 0
