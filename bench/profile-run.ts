/**
 * `npm run bench:profile`: where the time of this library's process goes, for each transfer over loopback; writes PROFILE.md. `-- channels --peer ssh2-addon`
 * shows the same of another peer. The sampling itself slows the process down: run.ts measures rates.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { amount } from './measure.ts'
import { openLink } from './links/link.ts'
import { peerWith } from './peers/node.ts'
import { CIPHERS } from './peers/peer.ts'
import { machine } from './report/machine.ts'
import { profileTable } from './report/profile.ts'
import { prepareFiles, startServer } from './server.ts'
import { workloads } from './workloads/all.ts'

/** What the title of a part says of the peer. */
const NAMES: Record<string, string> = { ours: '', 'ours-wasm': 'ciphers in WebAssembly, ' }
const CHANGES = '## What was changed, before and after'
const FOLDER = 'build/bench/profiles'
const TRANSFERS = ['exec-download', 'exec-upload', 'sftp-get', 'sftp-put', 'sftp-get-many', 'sftp-put-many', 'channels']
const { values: { write, peer: chosen }, positionals: wanted } = parseArgs({
  allowPositionals: true, options: { write: { type: 'boolean', default: false }, peer: { type: 'string', default: 'ours' } },
})

const cases = [
  ...TRANSFERS.map((name) => ({ name, peer: chosen, cipher: CIPHERS[0] as string })),
  ...CIPHERS.filter(() => chosen === 'ours').map((cipher) => ({ name: 'exec-download', peer: 'ours-wasm', cipher })),
].filter(({ name, peer }) => wanted.length === 0 || wanted.includes(name) || wanted.includes(peer))

await using server = await startServer(512 << 20)
await using link = await openLink('loopback', server.target)
const parts: string[] = []
for (const { name, peer, cipher } of cases) {
  const workload = workloads.find((each) => each.name === name)!
  const { count = 1, bytes: most = 0 } = workload
  const bytes = amount(most, 0.5)
  const folder = join(FOLDER, `${name}-${peer}-${cipher}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  prepareFiles(server, name, bytes, count)
  const sample = await peerWith(peer, ['--cpu-prof', '--cpu-prof-dir', folder]).run({ workload: name, target: link.target, cipher, bytes, count, remote: server.remote, local: server.local }, link.enter)
  const file = readdirSync(folder)[0]
  if (file === undefined) throw new Error(`${name}: no profile was written`)
  const size = most > 0 ? `${(bytes / 1e6).toFixed(0)} MB` : `${count} files`
  parts.push(`### ${workload.title}, ${NAMES[peer] ?? `${peer}, `}${cipher}`, '', `${size}, ${sample.cpu.toFixed(2)} s of CPU with the sampling`, '', profileTable(join(folder, file)))
  console.error(`${name} ${peer} ${cipher}`)
}
const text = [
  '# Where the time goes', '',
  'Written by `npm run bench:profile -- --write`: V8\'s sampling profiler in this library\'s process, over loopback. Shares of the time in which the main thread was not idle;', 'ciphers on other threads have none. A row is a function without the functions that it calls. `(program)` is the runtime itself: system calls and C++ code that the profiler does not name.', '',
  ...machine('npm run bench:profile -- --write'), '', ...parts,
].join('\n')
console.log(text)
if (write) writeFileSync('bench/PROFILE.md', text.trimEnd() + '\n\n' + changes('bench/PROFILE.md'))

/** The part that is written by hand: the effect of each change of the code. */
function changes(file: string): string {
  const written = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const start = written.indexOf(CHANGES)
  return start < 0 ? '' : written.slice(start)
}
