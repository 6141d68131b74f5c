// npm run test:openssh [-- --only NAME,NAME] [--stock] [--write] [--workers N] : OpenSSH's own regression tests (Debian's package openssh-tests, in the installed version)
// with this program in place of ssh. Each test that starts a client first runs with the stock ssh: if it fails there, it does not count.
// They run as separate users, one for each worker, which are created for this and removed again, with a plain shell and an empty home. Needs root.
// --write updates the table of docs/openssh-regress.md.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const PEER = `${root}.toolchain/peers/openssh-tests`
const DOCUMENT = `${root}docs/openssh-regress.md`
/** Tests at a time: most of them sleep. */
const WORKERS = process.argv.includes('--workers') ? Number(process.argv[process.argv.indexOf('--workers') + 1]) : 3
/** Milliseconds that a test may take with one of the two. */
const LIMIT = 1_200_000
/** Tests of other programs: those that start no ssh, or only to test ssh-keygen, sshd or the agent. */
const NO_CLIENT = /^(keyscan|keygen-.*|cfgparse|servcfginclude|addrmatch|sshsig|krl|sftp(?!-uri|-chroot).*|putty-.*|conch-.*|agent-pkcs11|cipher-speed|ssh-com.*|ssh2putty|agent-ptrace|modpipe|test-exec)$/
/** Tests that listen on fixed ports: one at a time. */
const FIXED_PORTS = /^(dynamic-forward|forward-control|forwarding|multiplex|connection-timeout)$/
/** Reported instead of counted, with the reason. @type {Readonly<Record<string, string>>} */
const EXPLAINED = {
  dhgex: 'it reads the sizes of the groups from OpenSSH\'s debug messages, and wants a size by the strength of the cipher; this client asks every server for the same sizes',
  rekey: 'it counts OpenSSH\'s debug messages "NEWKEYS sent", of which this program writes none; that it exchanges keys as RekeyLimit says is in `test/cli/rekey-limit.test.ts`, by the server\'s log',
  kextype: 'it writes our list (-Q kex) into the configuration of this sshd, which lacks mlkem768x25519-sha256 and mlkem768nistp256-sha256, and then refuses to start: all methods fail alike, those that it has too',
  'cert-hostkey': 'a host certificate that names no host is refused, as OpenSSH does since 10.3 (the suite of 9.2 wants it accepted for every host)',
}

const flag = name => process.argv.includes(name)
/** Names of tests; empty for all. */
const only = flag('--only') ? (process.argv[process.argv.indexOf('--only') + 1] ?? '').split(',') : []

/** The suite, unpacked. @returns {string} its folder */
function suite() {
  const folder = `${PEER}/usr/lib/openssh/regress`
  if (existsSync(folder)) return folder
  const version = execFileSync('sh', ['-c', 'dpkg-query -W openssh-server | cut -f2'], { encoding: 'utf8' }).trim()
  const download = mkdtempSync(`${tmpdir()}/openssh-tests-`)
  chmodSync(download, 0o777)
  execFileSync('apt-get', ['download', '-q', `openssh-tests=${version}`], { cwd: download, stdio: ['ignore', 'ignore', 'inherit'] })
  mkdirSync(PEER, { recursive: true })
  execFileSync('dpkg', ['-x', `${download}/${readdirSync(download)[0]}`, PEER])
  rmSync(download, { recursive: true })
  return folder
}

/** @returns {string[]} tests that start a client, in the order of the suite's Makefile */
function testsOf(folder) {
  const makefile = readFileSync(`${folder}/Makefile`, 'utf8').replace(/\\\n/g, ' ')
  const names = (makefile.match(/^LTESTS=(.*)$/m)?.[1] ?? '').trim().split(/\s+/)
  return names.filter(name => !NO_CLIENT.test(name) && /\$\{?SSH\}?\b/.test(readFileSync(`${folder}/${name}.sh`, 'utf8')))
}

/** Runs one test in a copy of the suite. @returns {Promise<{ outcome: 'passed' | 'failed' | 'skipped' | 'too slow', seconds: number, log: string }>} */
async function run(folder, { user: USER, home }, name, ssh, port) {
  const work = `${home}/work`
  rmSync(work, { recursive: true, force: true })
  cpSync(folder, work, { recursive: true, verbatimSymlinks: true })
  // Debian's sshd of these tests uses PAM, whose message of the day cannot be written by such a user.
  const setUp = readFileSync(`${work}/test-exec.sh`, 'utf8')
  writeFileSync(`${work}/test-exec.sh`, setUp.replace(/^\s*UsePAM\s+yes$/m, ''))
  execFileSync('chown', ['-R', USER, home])
  const environment = {
    // Some tests name `ssh` and not what TEST_SSH_SSH says.
    PATH: `${dirname(ssh)}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`, HOME: home, USER, LOGNAME: USER, SHELL: '/bin/sh', TEST_SHELL: 'sh', TEST_SSH_PORT: String(port),
    TEST_SSH_SSH: ssh, TEST_SSH_SSHD: '/usr/sbin/sshd', TEST_SSH_SFTPSERVER: '/usr/lib/openssh/sftp-server', TEST_SSH_UNSAFE_PERMISSIONS: '1', TEST_SSH_IPV6: 'yes', TEST_SSH_ECC: 'yes', TEST_SSH_SSHD_CONFOPTS: 'UsePAM no',
    OBJ: work, BUILDDIR: work, SUDO: '', MALLOC_OPTIONS: '',
  }
  const begun = performance.now()
  const child = spawn('setpriv', ['--reuid', USER, '--regid', USER, '--init-groups', '--reset-env', 'env', '-i', ...Object.entries(environment).map(([key, value]) => `${key}=${value}`),
    'sh', `${work}/test-exec.sh`, work, `${work}/${name}.sh`], { cwd: work, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
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

const folder = suite()
const base = mkdtempSync(`${tmpdir()}/ssh-regress-`)
chmodSync(base, 0o755)
const ours = `${base}/ssh`
// A build meanwhile must not take the program away.
cpSync(`${root}dist`, `${base}/package/dist`, { recursive: true })
cpSync(`${root}package.json`, `${base}/package/package.json`)
writeFileSync(ours, `#!/bin/sh\nexec ${process.execPath} ${base}/package/dist/libssh2-wasm.js ssh "$@"\n`, { mode: 0o755 })
const names = testsOf(folder).filter(name => only.length === 0 || only.includes(name))
/** @type {{ name: string, stock: string, mine: string, seconds: number }[]} */
const rows = []
let port = 20_000 + process.pid % 20_000

/** Runs tests of the list until it is empty, as a user of its own. */
async function work(number, waiting) {
  const place = { user: `ssh-regress-${process.pid}-${number}`, home: `${base}/${number}` }
  mkdirSync(place.home)
  execFileSync('useradd', ['--no-create-home', '--home-dir', place.home, '--shell', '/bin/sh', '--password', '*', place.user])
  try {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const stock = flag('--stock') || !flag('--only') ? await run(folder, place, name, '/usr/bin/ssh', port++) : undefined
      const mine = stock && stock.outcome !== 'passed' ? undefined : await run(folder, place, name, ours, port++)
      for (const [who, result] of Object.entries({ stock, mine })) if (result && result.outcome !== 'passed') writeFileSync(`${root}build/openssh-regress/${name}.${who}.log`, result.log)
      rows.push({ name, stock: stock?.outcome ?? 'not run', mine: mine?.outcome ?? '–', seconds: mine?.seconds ?? 0 })
      console.log(`${name.padEnd(22)} stock ${(stock?.outcome ?? 'not run').padEnd(9)} ours ${mine?.outcome ?? '–'} (${(mine?.seconds ?? 0).toFixed(0)} s)`)
    }
  } finally {
    execFileSync('userdel', [place.user])
  }
}

try {
  mkdirSync(`${root}build/openssh-regress`, { recursive: true })
  const waiting = names.filter(name => !FIXED_PORTS.test(name)), alone = names.filter(name => FIXED_PORTS.test(name))
  await Promise.all([work(WORKERS, alone), ...Array.from({ length: Math.max(1, WORKERS - 1) }, (_, number) => work(number, waiting))])
} finally {
  rmSync(base, { recursive: true, force: true })
}
rows.sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name))
const counted = rows.filter(({ mine }) => mine !== '–')
const passed = counted.filter(({ mine }) => mine === 'passed')
const told = counted.filter(({ name, mine }) => mine !== 'passed' && EXPLAINED[name])
console.log(`${passed.length} of ${counted.length} that stock ssh passes`)
if (flag('--write')) {
  writeFileSync(DOCUMENT, [
    '# OpenSSH\'s own tests', '',
    `Written by \`npm run test:openssh -- --write\`: the tests of OpenSSH's regression suite that start a client, with this program in the place of ssh (${spawnSync('ssh', ['-V'], { encoding: 'utf8' }).stderr.trim()}, and Debian's \`openssh-tests\`).`,
    `**${passed.length} of ${counted.length}** that stock \`ssh\` passes here.`, '',
    '| test | stock ssh | this program | |', '|---|---|---|---|',
    ...rows.map(({ name, stock, mine }) => `| ${name} | ${stock} | ${mine} | ${mine === 'passed' || mine === '–' ? '' : EXPLAINED[name] ?? ''} |`), '',
  ].join('\n'))
}
process.exitCode = passed.length + told.length === counted.length ? 0 : 1
