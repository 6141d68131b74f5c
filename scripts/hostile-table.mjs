// Writes build/hostile.md from the results of test/hostile in build/hostile/. Copy it to docs/ by hand when it is worth keeping.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const read = (name) => existsSync(`build/hostile/${name}.json`) ? JSON.parse(readFileSync(`build/hostile/${name}.json`, 'utf8')) : { rows: [], findings: [], waits: [] }
const states = ['before-login', 'after-login'].map(read)
const sftp = read('sftp')
const floods = read('floods')
const rows = states.flatMap((part) => part.rows)
const findings = states.flatMap((part) => part.findings)
const waits = states.flatMap((part) => part.waits)

const count = (value) => value.toLocaleString('en-GB')
const sum = (list, of) => list.reduce((total, one) => total + of(one), 0)
const table = (heads, lines) => [heads, heads.map((_, at) => at === 0 ? '---' : '--:'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
const codes = (errors) => Object.entries(errors).sort(([, a], [, b]) => b - a).map(([code, times]) => `${code.replace('ERR_', '')} ${count(times)}`).join(', ')
const total = (list) => ['all', count(sum(list, (row) => row.tried)), count(sum(list, (row) => row.worked ?? row.right)), count(sum(list, (row) => sum(Object.values(row.errors), Number)))]
const most = (of) => Math.max(0, ...floods.rows.map(of))
/** Tests for the wanted cases beyond the tables above: a separate proof for each fault found. */
const proofs = [
  ['messages cut, too long, out of order, repeated, in the wrong state', 'test/hostile/before-login.test.ts', 'test/hostile/after-login.test.ts', 'test/fixes/handshake.test.ts', 'test/fixes/authentication.test.ts', 'test/fixes/channel-requests.test.ts'],
  ['packet lengths, padding, MACs and tags', 'test/hostile/packets.ts', 'test/fixes/packets.test.ts'],
  ['windows that overflow, packets of no bytes', 'test/hostile/floods.test.ts', 'test/fixes/windows.test.ts', 'test/fixes/channel-data.test.ts'],
  ['channels that do not exist, or that nobody asked for', 'test/hostile/after-login.test.ts', 'test/fixes/opened-by-server.test.ts', 'test/fixes/listener.test.ts'],
  ['banners, IGNORE, DEBUG and prompts without end', 'test/hostile/floods.test.ts', 'test/fixes/ending.test.ts', 'test/fixes/authentication.test.ts'],
  ['SFTP: wrong ids, sizes, counts, types', 'test/hostile/sftp.test.ts', 'test/fixes/sftp-answers.test.ts', 'test/fixes/sftp-framing.test.ts'],
  ['Terrapin: messages slipped into the first key exchange, others taken away behind it, with each cipher', 'test/hostile/terrapin.test.ts', 'test/hostile/before-login.test.ts', 'test/fixes/negotiation.test.ts'],
  ['another host key, other methods, nothing in common in a re-exchange', 'test/hostile/re-exchange.test.ts', 'test/fixes/negotiation.test.ts', 'test/fixes/rekey.test.ts', 'test/fixes/ending.test.ts'],
  ['public values, signatures and replies of a key exchange', 'test/fixes/key-exchange.test.ts', 'test/fixes/signatures.test.ts'],
  ['host keys of ssh-mldsa44-ed25519 and their signatures', 'test/hostile/mldsa44-host-key.test.ts'],
  ['replies of hybrid key exchanges, PING and PONG, PK_OK after EXT_INFO, answers of agents to session-bind', 'test/hostile/openssh-features.test.ts'],
  ['announced host keys and their proofs', 'test/hostile/host-key-update.test.ts'],
  ['numbers that come again: of closed channels, of two channels at once, of answered SFTP requests, of packets', 'test/hostile/numbers.test.ts'],
  ['every lie beside honest sessions in the same WebAssembly memory', 'test/hostile/shared-instance.test.ts', 'test/isolation/memory.test.ts'],
  ['bombs of compression', 'test/hostile/floods.test.ts', 'test/fixes/directions.test.ts'],
]
const gone = proofs.flatMap(([, ...files]) => files).filter((file) => !existsSync(file))
if (gone.length > 0) throw new Error(`named in the table, but not there: ${gone.join(', ')}`)

const kib = (bytes) => `${count(Math.ceil(bytes / 1024))} KiB`

writeFileSync('build/hostile.md', `# Hostile servers, ${new Date().toISOString().slice(0, 10)}

\`npm run test:hostile\` writes this page (\`npm test\` always runs the same part of it). A scripted server speaks real, encrypted SSH, correct in everything except one
lie. After each lie the client must end with a typed error, or complete two commands (and a file) with the right bytes; no trap may
escape, nothing may hang once the server has finished or hung up, and the memory of the session must be freed.

## Each message at each state

Every message number from 0 to 255, all known forms of each (RFC 4250 to 4256, 4419, 5656, 8308, OpenSSH's), ${rows[0] ? `${count(rows[0].tried)} lies at each of ${rows.length} states` : ''}: correct but out of place,
truncated before and inside each field, too long, stretched to 256 KiB in each string, with each length, number and channel number out of range, the correct form 40 times; and
packets with wrong lengths, padding, MACs and sizes. "Not strict" means without strict key exchange; with it, any message that does not belong to
the first key exchange must end it (Terrapin).

${table(['state', 'lies', 'went on', 'typed error', 'of these, waited until the server hung up', 'not as it must be', 'errors'], [
  ...rows.map(({ state, tried, worked, ended, hungUp, errors }) => [state, count(tried), count(worked), count(ended), count(hungUp), findings.filter((finding) => finding.startsWith(`${state};`)).length, codes(errors)]),
  [...total(rows), count(sum(rows, (row) => row.hungUp)), findings.length, ''],
])}

${waits.length === 0 ? '' : `The client waits for the rest after: ${[...new Set(waits.map((wait) => wait.split('; ')[1].replace(/:.*/, '')))].join(', ')}. A caller's limit ends that, too.\n`}
## SFTP

Each request is answered by anything: every type of answer, cut, longer, with wrong sizes, counts and numbers, with and without the right answer behind
it, through \`SftpClient\` and through libssh2's own SFTP. The session must go on in any case: the next lie comes in a new channel of the same session.

${table(['use', 'lies', 'went on', 'typed error', 'errors'], [
  ...Object.values(grouped(sftp.rows)).map((group) => {
    const errors = {}
    for (const row of group) for (const [code, times] of Object.entries(row.errors)) errors[code] = (errors[code] ?? 0) + times
    return [`${group[0].use} (${group.map((row) => row.request).join(' ')})`, count(sum(group, (row) => row.tried)), count(sum(group, (row) => row.right)), count(sum(Object.values(errors), Number)), codes(errors)]
  }),
  [...total(sftp.rows), ''],
])}

## Without end

${count(floods.rows.length)} floods of ${(floods.milliseconds ?? 0) / 1000} s and more: messages, questions whose answers the server does not read, prompts, re-exchanges of keys, a line that never ends; data beyond the window; a packet that
inflates to a thousand times its size. Most memory of C at any time: ${kib(most((row) => row.heap))}; most that waited to be sent: ${kib(most((row) => row.unsent))}.

${table(['flood', 'ended by', 'memory of C', 'waiting to be sent'], floods.rows.map((row) => [row.flood, row.end, kib(row.heap), kib(row.unsent)]))}

## Which file tries what

${table(['lie', 'by'], proofs.map(([lie, ...files]) => [lie, files.map((file) => `\`${file}\``).join(', ')])).replace('--:', '---')}

Those in \`test/fixes\` each stand for a fault that libssh2 1.11.1 had ([FIXES.md](../deps/libssh2/FIXES.md)); they run in \`npm test\`, under the sanitizers too.
`)

function grouped(list) {
  const groups = {}
  for (const row of list) (groups[row.use] ??= []).push(row)
  return groups
}
