/** npm run bench:hosts [-- --logins N] [--limit N] [--dead N] [--write] : logins to many hosts with hosts(), beside AsyncSSH, to one sshd. --write puts the figures into bench/SCALE.md. */
import { execFile, execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { freePort } from '../../test/support/port.ts'
import { startSshd } from '../../test/support/sshd.ts'
import { temporaryDirectory } from '../../test/support/temporary.ts'
import { machine } from '../report/machine.ts'
import { digits } from '../report/table.ts'

const { values } = parseArgs({ options: { logins: { type: 'string', default: '1000' }, limit: { type: 'string', default: '100' }, dead: { type: 'string', default: '20' }, write: { type: 'boolean', default: false } } })
const [logins, limit, dead] = [Number(values.logins), Number(values.limit), Number(values.dead)] as const
const PAGE = fileURLToPath(new URL('../SCALE.md', import.meta.url))
const TITLE = '## Logins to many hosts'

interface Taken { readonly right: number, readonly failed: number, readonly seconds: number, readonly cpu: number, readonly peak: number, readonly before: number }

const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const MB = 1_000_000
const where = machine(['npm run bench:hosts --', ...process.argv.slice(2)].join(' ').replace(/ --$/, ''))
const server = await startSshd({ config: ['MaxStartups 1000'], hostKeyTypes: ['ed25519'] })
const files = temporaryDirectory('bench-hosts')
try {
  const config = files.file('config'), knownHosts = files.file('known_hosts')
  writeFileSync(knownHosts, `[127.0.0.1]:${server.port} ${server.hostKeys[0]!.publicKey}\n`)
  // The same algorithms for both, so that they do the same work.
  writeFileSync(config, ['Host dead*', `  Port ${await freePort()}`, 'Host *', '  HostName 127.0.0.1', `  Port ${server.port}`, `  User ${server.user}`, `  IdentityFile ${server.keys.ed25519.path}`, '  IdentitiesOnly yes',
    '  KexAlgorithms curve25519-sha256', '  Ciphers aes256-gcm@openssh.com', '  HostKeyAlgorithms ssh-ed25519', `  UserKnownHostsFile ${knownHosts}`, '  GlobalKnownHostsFile none', ''].join('\n'))
  const every = Math.floor(logins / Math.max(1, dead))
  const names = Array.from({ length: logins }, (_, number) => [`host${number}`, ...dead > 0 && number % every === 0 && number / every < dead ? [`dead${number}`] : []]).flat()
  const env = { ...process.env, SSH_AUTH_SOCK: '', PYTHONDONTWRITEBYTECODE: '1' }
  // Not synchronously: what sshd logs has to be read meanwhile, or sshd waits.
  const measure = async (command: readonly string[]) => JSON.parse((await promisify(execFile)(command[0]!, [...command.slice(1), JSON.stringify({ config, knownHosts, names, limit })], { env })).stdout) as Taken
  const rows: string[] = []
  for (const [name, command] of [
    ['`hosts()`', [process.execPath, beside('ours.mjs')]],
    [`AsyncSSH ${execFileSync('/usr/bin/python3', ['-W', 'ignore', '-c', 'import asyncssh; print(asyncssh.__version__)'], { encoding: 'utf8' }).trim()}`, ['/usr/bin/python3', '-W', 'ignore', beside('asyncssh_hosts.py')]],
  ] as const) {
    const { right, failed, seconds, cpu, peak, before } = await measure(command)
    const row = `| ${name} | ${right} of ${logins} | ${failed} of ${dead} | ${digits(cpu)} s | ${digits(seconds)} s | ${digits(peak / MB)} MB | ${digits((peak - before) / limit / 1000)} kB |`
    console.log(row)
    if (right !== logins || failed !== dead) process.exitCode = 1
    rows.push(row)
  }
  if (values.write) {
    const page = readFileSync(PAGE, 'utf8')
    const at = page.indexOf(TITLE)
    writeFileSync(PAGE, `${(at < 0 ? page : page.slice(0, at)).trimEnd()}\n\n${[
      TITLE, '', `Written by \`npm run bench:hosts -- --write\`: \`echo\` on ${logins} names of one \`sshd\` and on ${dead} where nothing listens, ${limit} at a time, with the same key exchange, cipher and keys for both.`,
      'CPU is that of the client alone, with its start. The last column is the peak of resident memory above that before the first login, divided by the sessions at once: it holds garbage that was not collected yet.', '',
      ...where, '', '| | right results | dead hosts told | CPU | duration | peak memory | per session at once |', '|---|---|---|---|---|---|---|', ...rows,
    ].join('\n')}\n`)
  }
} finally {
  await server.stop()
  files.remove()
}
