/** npm run bench:scale : memory of idle sessions, many of them, and what blocks the event loop. See README.md of bench/. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { requirePeer } from '../../test/support/require-peer.ts'
import { startSshd } from '../../test/support/sshd.ts'
import { measured } from '../peers/measured.ts'
import { digits } from '../report/table.ts'
import { machine } from '../report/machine.ts'
import { startServer } from '../server.ts'
import type { Target } from '../types.ts'
import type { Figures, ScaleJob } from './client.ts'

const { values } = parseArgs({ options: { only: { type: 'string', default: '' }, sessions: { type: 'string', default: '1000' }, write: { type: 'boolean', default: false } } })
const SESSIONS = Number(values.sessions)
const rows: string[] = []
const where = machine(['npm run bench:scale --', ...process.argv.slice(2)].join(' '))
const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url))

const KEY_EXCHANGES = [
  'mlkem768x25519-sha256', 'curve25519-sha256', 'ecdh-sha2-nistp256', 'ecdh-sha2-nistp384', 'ecdh-sha2-nistp521', 'diffie-hellman-group14-sha256',
  'diffie-hellman-group-exchange-sha256', 'diffie-hellman-group16-sha512', 'diffie-hellman-group18-sha512',
]

const HOST_KEYS = [
  ['ssh-ed25519', 'ed25519'], ['ecdsa-sha2-nistp256', 'ecdsa'], ['ecdsa-sha2-nistp384', 'ecdsa384'], ['ecdsa-sha2-nistp521', 'ecdsa521'], ['rsa-sha2-512', 'rsa'],
] as const

const blockRow = (found: Figures) =>
  [`${ms(found.median)} median, ${ms(found.worst)} worst of 5; ${ms(found.first)} the first of the process, which also compiles`, 'under 20 ms', found.median! < 20] as const

/** Processes whose memory is compared: the one in the middle is told. */
const MEMORY_RUNS = 3

async function experiment(title: string, name: string, job: ScaleJob, tell: (figures: Figures) => readonly [measured: string, wanted: string, reached: boolean | undefined]): Promise<void> {
  if (!title.includes(values.only)) return
  let row: string
  try {
    const runs: Figures[] = []
    while (runs.length < (name === 'idleMemory' ? MEMORY_RUNS : 1)) {
      const { stdout } = await measured([process.execPath, '--expose-gc', beside('scale-client.js'), name, JSON.stringify(job)])
      runs.push(JSON.parse(stdout) as Figures)
    }
    runs.sort((a, b) => (a.resident ?? 0) - (b.resident ?? 0))
    const [found, wanted, reached] = tell(runs[runs.length >> 1]!)
    row = `| ${title} | ${found} | ${wanted} | ${reached === undefined ? '' : reached ? 'yes' : '**no**'} |`
  } catch (error) {
    row = `| ${title} | ${(error as Error).message} | | |`
  }
  rows.push(row)
  console.error(row)
}

async function manySessionsServer(target: Target): Promise<{ target: Target, child: ChildProcess }> {
  const child = spawn(process.execPath, [beside('scale-server.js')], { stdio: ['pipe', 'pipe', 'inherit'] })
  const said = await new Promise<string>((resolve) => child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())))
  return { target: { ...target, ...JSON.parse(said) as Pick<Target, 'port' | 'user' | 'fingerprint'> }, child }
}

/** OpenSSH 10, which has ML-KEM; the installed version if scripts/install-peers.sh has not installed it. */
async function newerServer(target: Target): Promise<Target> {
  if (!requirePeer('sshd-trixie')) return target
  const sshd = await startSshd({ release: 'trixie', hostKeyTypes: ['ed25519'] })
  closers.push(() => sshd.stop())
  return { ...target, port: sshd.port, fingerprint: sshd.hostKeys[0]!.fingerprint }
}

const closers: (() => Promise<void>)[] = []
const kB = (bytes: number | undefined) => `${digits((bytes ?? NaN) / 1000)} kB`
const ms = (value: number | undefined) => `${digits(value ?? NaN)} ms`
const memory = (figures: Figures) => `${kB(figures.resident)} resident (JavaScript heap ${kB(figures.heap)}, outside of it ${kB(figures.external)})`

await using server = await startServer(0)
const { target } = server
const crowd = await manySessionsServer(target)

await experiment('memory per idle session, an instance each', 'idleMemory', { target: crowd.target, count: 200 }, (found) => [memory(found), 'under 1 MB', found.resident! < 1e6])
await experiment('memory per idle session, one instance for 300', 'idleMemory', { target: crowd.target, count: 300, shared: true }, (found) =>
  [`${memory(found)}, ${kB(found.used)} in use in the instance`, 'under 200 kB', found.resident! < 200e3])
await experiment(`${SESSIONS} idle sessions with a keepalive every 5 s`, 'idle', { target: crowd.target, count: SESSIONS, keepaliveMs: 5000, idleMs: 15_000 }, (found) =>
  [`connected in ${digits(found.connected!)} s, ${found.alive} alive after 15 s, ${kB(found.resident)} each, ${digits(found.cpu! * 100)} % of a core, longest block ${ms(found.block)}`, 'all alive', found.alive === SESSIONS])
crowd.child.stdin?.end()

await experiment('100 sessions downloading 4 MB each at once', 'active', { target, count: 100, bytes: 4 << 20 }, (found) =>
  [`${digits(found.rate!)} MB/s together, ${digits(found.memory! / 1e6)} MB resident, longest block ${ms(found.block)}`, '', undefined])
await experiment('one session downloading 256 MB', 'active', { target, count: 1, bytes: 256 << 20 }, (found) => [`${digits(found.rate!)} MB/s, longest block ${ms(found.block)}`, 'under 20 ms', found.block! < 20])
for (const up of [false, true]) {
  await experiment(`most memory while 1.5 GB go ${up ? 'up' : 'down'}`, 'moved', { target, count: 1, bytes: 1536 << 20, up }, (found) =>
    [`${digits(found.most! / 1e6)} MB resident, the whole process`, 'under 130 MB', found.most! < 130e6])
}
await experiment('100 connects at once', 'storm', { target, count: 100 }, (found) => [`${digits(found.seconds!)} s, longest block ${ms(found.block)}`, '', undefined])
const modern = await newerServer(target)
for (const kex of KEY_EXCHANGES) {
  await experiment(`longest block by one connect, ${kex}`, 'block', { target: kex === 'mlkem768x25519-sha256' ? modern : target, count: 5, kex }, blockRow)
}

for (const [hostKey, type] of HOST_KEYS) {
  const sshd = await startSshd({ hostKeyTypes: [type] })
  await experiment(`longest block by one connect, host key ${hostKey}`, 'block', { target: { ...target, port: sshd.port }, count: 5, kex: 'curve25519-sha256', hostKey }, blockRow)
  await sshd.stop()
}

const report = [
  '# Scale', '', 'Written by `npm run bench:scale -- --write`; [README.md](README.md) says how it is measured.', '', ...where, '',
  '| | measured | wanted | reached |', '|---|---|---|---|', ...rows, '',
].join('\n')
console.log(report)
// What bench:hosts has written stays.
if (values.write) writeFileSync('bench/SCALE.md', `${report}${/\n## [^]*$/.exec(readFileSync('bench/SCALE.md', 'utf8'))?.[0] ?? ''}`)
for (const close of closers) await close()
