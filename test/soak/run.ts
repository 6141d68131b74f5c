/** npm run soak : runs the cases, each in a process of its own, judges the curves, and writes what all runs so far have shown. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { descendants } from '../support/process.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { problems } from './flat.ts'
import { type CaseName, CASES, type Done, type Job, type Result, type Sample } from './job.ts'
import { plot } from './plot.ts'
import { report } from './report.ts'
import { WANTED } from './words.ts'

const HELP = `npm run soak -- [options]
  --connections N   one after the other (${WANTED.connections.amount}); 0 leaves a case out, here and below
  --rows N          so many of those side by side (1)
  --at-once N       sessions at once, an instance each (${WANTED['at-once'].amount})
  --shared N        the same in one instance (${WANTED['at-once-shared'].amount})
  --minutes N       how long those live (5)
  --gigabytes N     through one session (${WANTED.gigabytes.amount})
  --idle N          minutes without use (${WANTED.idle.amount})
  --most N          minutes after which a case ends with what it has done (no limit)
  --every MS        between samples (2000)
  --only CASE       of ${CASES.join(', ')}
  --results FOLDER  where results are kept (build/soak); the report is of all in it
  --write           writes docs/soak.md and docs/soak.svg, else they go to that folder
`
const number = (fallback: number) => ({ type: 'string', default: String(fallback) } as const)
const { values } = parseArgs({ options: {
  connections: number(WANTED.connections.amount), 'at-once': number(WANTED['at-once'].amount), shared: number(WANTED['at-once-shared'].amount), gigabytes: number(WANTED.gigabytes.amount),
  idle: number(WANTED.idle.amount), minutes: number(5), rows: number(1), most: number(1e6), every: number(2000), only: { type: 'string' }, results: { type: 'string', default: 'build/soak' },
  write: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } })

const amounts: Readonly<Record<CaseName, number>> = {
  connections: Number(values.connections), 'at-once': Number(values['at-once']), 'at-once-shared': Number(values.shared), gigabytes: Number(values.gigabytes), idle: Number(values.idle),
}

/** sshd processes below this one, that which listens left out. */
function serverSessions(): number {
  const sshds = descendants(process.pid).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/comm`, 'latin1').startsWith('sshd')
    } catch {
      return false
    }
  })
  return Math.max(0, sshds.length - 1)
}

async function soak(name: CaseName, server: SshServer): Promise<Result> {
  const { host, port, user, keys, hostKeys } = server
  const target = { host, port, user, keyFile: keys.ed25519.path, fingerprints: hostKeys.map(({ fingerprint }) => fingerprint) }
  const job: Job = { name, target, amount: amounts[name], minutes: Number(values.minutes), rows: Number(values.rows), most: Number(values.most), every: Number(values.every) }
  const start = Date.now()
  const child = spawn(process.execPath, ['--expose-gc', '--import', './scripts/run/typescript.mjs', 'test/soak/soaker.ts', JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const samples: Sample[] = []
  let end: { done: Done, left: Result['left'] } | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    const told = JSON.parse(line) as { sample?: Omit<Sample, 'serverSessions'>, done?: Done, left?: Result['left'] }
    if (told.sample) samples.push({ ...told.sample, serverSessions: serverSessions() })
    if (told.done && told.left) end = { done: told.done, left: told.left }
  }
  const status = await exited
  if (!end) throw new Error(`${name} ended with status ${status}`)
  const machine = `Node ${process.version}, ${cpus().length} processors, load average ${loadavg()[2]!.toFixed(1)}`
  return { name, amount: reached(name, end.done), seconds: (Date.now() - start) / 1000, samples, ...end, when: new Date(start).toISOString().slice(0, 10), machine }
}

/** How much of its amount a case has done. */
function reached(name: CaseName, done: Done): number {
  if (name === 'connections') return done.connections ?? 0
  if (name === 'gigabytes') return Math.min(amounts[name], ((done['MB down, hash right'] ?? 0) + (done['MB up, hash right'] ?? 0)) / 1000)
  return amounts[name]
}

function results(): Result[] {
  return CASES.map((name) => `${values.results}/${name}.json`).filter(existsSync).map((file) => JSON.parse(readFileSync(file, 'utf8')) as Result)
}

async function run(): Promise<number> {
  mkdirSync(values.results, { recursive: true })
  const failures: string[] = []
  for (const name of CASES.filter((name) => amounts[name] > 0 && (values.only ?? name) === name)) {
    // A server each: what one has written to its log is not in the way of the next.
    await using server = await startSshd({ hostKeyTypes: ['ed25519'], config: ['RekeyLimit 64M', 'ClientAliveInterval 15', 'ClientAliveCountMax 8', 'LoginGraceTime 600'] })
    try {
      const result = await soak(name, server)
      writeFileSync(`${values.results}/${name}.json`, JSON.stringify(result))
      failures.push(...problems(result))
      console.error(`${name}: ${JSON.stringify(result.done)} in ${Math.round(result.seconds)} s`)
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message}`)
    }
  }
  const folder = values.write ? 'docs' : values.results
  writeFileSync(`${folder}/soak.md`, report(results()))
  writeFileSync(`${folder}/soak.svg`, plot(results()))
  for (const failure of failures) console.error(`NOT FLAT OR NOT RIGHT: ${failure}`)
  return failures.length === 0 ? 0 : 1
}

if (values.help) console.log(HELP)
else process.exitCode = await run()
