// npm run test:openssh [-- --suite installed|10.0|newest] [--only NAME,NAME] [--stock] [--write] [--workers N] : OpenSSH's own regression tests (Debian's package openssh-tests)
// with this program in place of ssh, and the rest of OpenSSH in the suite's own version. Each test that starts a client first runs with the stock ssh: if it fails there, it does not
// count. They run as separate users, one for each worker, which are created for this and removed again, with a plain shell and an empty home. Needs root.
// --write updates the suite's section of docs/openssh-regress.md; with --only, its rows there.
import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { counts, write } from './openssh-regress/document.mjs'
import { EXPLAINED } from './openssh-regress/explained.mjs'
import { SUITES, suite } from './openssh-regress/suites.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))
const DOCUMENT = `${root}docs/openssh-regress.md`
const flag = name => process.argv.includes(name)
/** @returns {string | undefined} the word after an option */
const option = name => flag(name) ? process.argv[process.argv.indexOf(name) + 1] ?? '' : undefined
/** Tests at a time: most of them sleep. */
const WORKERS = Number(option('--workers') ?? 3)
/** Milliseconds that a test may take with one of the two. */
const LIMIT = 3_600_000
/** Tests of other programs: those that start no ssh, or only to test ssh-keygen, sshd or the agent. */
const NO_CLIENT = /^(keyscan|keygen-.*|cfgparse|servcfginclude|addrmatch|sshsig|krl|sftp(?!-uri|-chroot).*|putty-.*|conch-.*|agent-pkcs11|cipher-speed|ssh-com.*|ssh2putty|agent-ptrace|modpipe|test-exec)$/
/** Where the sshd of a test listens. */
const PORT = 4242
/** A network of its own for each test: some listen on fixed ports. */
const ALONE = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']

/** Names of tests; empty for all. */
const only = option('--only')?.split(',') ?? []
const suiteName = option('--suite') ?? 'installed'
if (!Object.hasOwn(SUITES, suiteName)) throw new Error(`--suite is one of ${Object.keys(SUITES).join(', ')}`)
const { folder, version, within } = suite(/** @type {keyof typeof SUITES} */ (suiteName))

/** @returns {string[]} tests that start a client, in the order of the suite's Makefile */
function tests() {
  const makefile = readFileSync(`${folder}/Makefile`, 'utf8').replace(/\\\n/g, ' ')
  const names = (makefile.match(/^LTESTS=(.*)$/m)?.[1] ?? '').trim().split(/\s+/)
  return names.filter(name => !NO_CLIENT.test(name) && /\$\{?SSH\}?\b/.test(readFileSync(`${folder}/${name}.sh`, 'utf8')))
}

/** Runs one test in a copy of the suite. @returns {Promise<{ outcome: 'passed' | 'failed' | 'skipped' | 'too slow', seconds: number, log: string }>} */
async function run({ user: USER, home }, name, ssh) {
  const work = `${home}/work`
  rmSync(work, { recursive: true, force: true })
  cpSync(folder, work, { recursive: true, verbatimSymlinks: true })
  // Debian's sshd of these tests uses PAM, whose message of the day cannot be written by such a user.
  const setUp = readFileSync(`${work}/test-exec.sh`, 'utf8')
  writeFileSync(`${work}/test-exec.sh`, setUp.replace(/^\s*UsePAM\s+yes$/m, ''))
  execFileSync('chown', ['-R', USER, home])
  const environment = {
    // Some tests name `ssh` and not what TEST_SSH_SSH says.
    PATH: `${dirname(ssh)}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`, HOME: home, USER, LOGNAME: USER, SHELL: '/bin/sh', TEST_SHELL: 'sh', TEST_SSH_PORT: String(PORT),
    TEST_SSH_SSH: ssh, TEST_SSH_SSHD: '/usr/sbin/sshd', TEST_SSH_SFTPSERVER: '/usr/lib/openssh/sftp-server', TEST_SSH_SSHD_SESSION: '/usr/lib/openssh/sshd-session', TEST_SSH_SSHD_AUTH: '/usr/lib/openssh/sshd-auth',
    TEST_SSH_UNSAFE_PERMISSIONS: '1', TEST_SSH_OPENSSL: '/usr/bin/openssl', TEST_SSH_IPV6: 'yes', TEST_SSH_ECC: 'yes', TEST_SSH_SSHD_CONFOPTS: 'UsePAM no',
    OBJ: work, BUILDDIR: work, SUDO: '', MALLOC_OPTIONS: '',
  }
  const begun = performance.now()
  const [command, ...words] = [...ALONE, ...within, 'setpriv', '--reuid', USER, '--regid', USER, '--init-groups', '--reset-env', 'env', '-i', ...Object.entries(environment).map(([key, value]) => `${key}=${value}`),
    'sh', `${work}/test-exec.sh`, work, `${work}/${name}.sh`]
  const child = spawn(command, words, { cwd: work, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => { log = `${log}${chunk}`.slice(-20_000) })
  let slow = false
  const timer = setTimeout(() => { slow = true; process.kill(-(child.pid ?? 0), 'SIGKILL') }, LIMIT)
  const code = await new Promise(resolve => child.once('close', resolve))
  clearTimeout(timer)
  // Processes that a test leaves behind belong to its user.
  try { execFileSync('pkill', ['-KILL', '-u', USER]) } catch { /* nothing was left */ }
  for (const file of ['failed-ssh.log', 'failed-sshd.log']) if (code !== 0 && existsSync(`${work}/${file}`)) log += `\n--- ${file}\n${readFileSync(`${work}/${file}`, 'utf8').slice(-4000)}`
  const outcome = slow ? 'too slow' : code !== 0 ? 'failed' : /skip/i.test(log) && !/^ok /m.test(log) ? 'skipped' : 'passed'
  return { outcome, seconds: (performance.now() - begun) / 1000, log }
}

const begun = performance.now()
// Not in the usual place: ssh-tty takes each "t" of a path for white space, and is skipped.
const base = `/srv/ssh-regress-${process.pid}`
mkdirSync(base, { recursive: true, mode: 0o755 })
const ours = `${base}/ssh`
// A build meanwhile must not take the program away.
cpSync(`${root}dist`, `${base}/package/dist`, { recursive: true })
cpSync(`${root}package.json`, `${base}/package/package.json`)
// The /usr of another release has no Node.
copyFileSync(process.execPath, `${base}/node`)
writeFileSync(ours, `#!/bin/sh\nexec ${base}/node ${base}/package/dist/libssh2-wasm.js ssh "$@"\n`, { mode: 0o755 })
const names = tests().filter(name => only.length === 0 || only.includes(name))
/** @type {{ name: string, stock: string, mine: string, seconds: number }[]} */
const rows = []

/** Runs tests of the list until it is empty, as a user of its own. */
async function work(number, waiting) {
  const place = { user: `ssh-regress-${process.pid}-${number}`, home: `${base}/${number}` }
  mkdirSync(place.home)
  execFileSync('useradd', ['--no-create-home', '--home-dir', place.home, '--shell', '/bin/sh', '--password', '*', place.user])
  try {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const stock = flag('--stock') || flag('--write') || only.length === 0 ? await run(place, name, '/usr/bin/ssh') : undefined
      const mine = stock && stock.outcome !== 'passed' ? undefined : await run(place, name, ours)
      for (const [who, result] of Object.entries({ stock, mine })) if (result && result.outcome !== 'passed') writeFileSync(`${root}build/openssh-regress/${suiteName}/${name}.${who}.log`, result.log)
      rows.push({ name, stock: stock?.outcome ?? 'not run', mine: mine?.outcome ?? '–', seconds: mine?.seconds ?? 0 })
      console.log(`${name.padEnd(22)} stock ${(stock?.outcome ?? 'not run').padEnd(9)} ours ${mine?.outcome ?? '–'} (${(mine?.seconds ?? 0).toFixed(0)} s)`)
    }
  } finally {
    execFileSync('userdel', [place.user])
  }
}

try {
  mkdirSync(`${root}build/openssh-regress/${suiteName}`, { recursive: true })
  const waiting = [...names]
  await Promise.all(Array.from({ length: WORKERS }, (_, number) => work(number, waiting)))
} finally {
  rmSync(base, { recursive: true, force: true })
}
rows.sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name))
const { counted, passed } = counts(rows)
const told = counted.filter(({ name, mine }) => mine !== 'passed' && EXPLAINED[suiteName]?.[name])
const minutes = (performance.now() - begun) / 60_000
console.log(`${passed.length} of ${counted.length} that stock ssh passes, ${minutes.toFixed(0)} minutes (${version})`)
if (flag('--write')) {
  const day = new Date().toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' })
  write(DOCUMENT, Object.keys(SUITES), suiteName, { version, minutes, rows, partly: only.length > 0, day })
}
process.exitCode = passed.length + told.length === counted.length ? 0 : 1
