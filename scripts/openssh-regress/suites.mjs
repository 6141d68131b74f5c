// The suites that `npm run test:openssh` knows: where the tests and the OpenSSH that they were made for come from, and how a command runs with that OpenSSH.
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const PEERS = `${root}.toolchain/peers`
const TESTS = 'usr/lib/openssh/regress'
/** Programs that Debian's packages install under another name and link with update-alternatives, which does not run in an unpacked tree. */
const ALTERNATIVES = { awk: 'gawk', nc: 'nc.openbsd', which: 'which.debianutils' }

/**
 * @typedef {object} Suite
 * @property {string} folder the tests
 * @property {string} version what `ssh -V` says
 * @property {readonly string[]} within words before a command that must see this OpenSSH at the usual paths
 */

/** The names for `--suite`, with the Debian release of each; `installed` is that of this machine. */
export const SUITES = { installed: undefined, '10.0': 'trixie', newest: 'sid' }

/** @param {keyof typeof SUITES} name @returns {Suite} */
export function suite(name) {
  const release = SUITES[name]
  const within = release === undefined ? [] : treeOf(release)
  const folder = release === undefined ? installed() : `${PEERS}/openssh-tests-${release}/${TESTS}`
  const [command, ...words] = [...within, 'ssh', '-V']
  return { folder, within, version: spawnSync(command ?? '', words, { encoding: 'utf8' }).stderr.trim() }
}

/** The tests for the installed version, unpacked. @returns {string} their folder */
function installed() {
  const folder = `${PEERS}/openssh-tests/${TESTS}`
  if (existsSync(folder)) return folder
  const version = execFileSync('sh', ['-c', 'dpkg-query -W openssh-server | cut -f2'], { encoding: 'utf8' }).trim()
  const download = mkdtempSync(`${tmpdir()}/openssh-tests-`)
  chmodSync(download, 0o777)
  execFileSync('apt-get', ['download', '-q', `openssh-tests=${version}`], { cwd: download, stdio: ['ignore', 'ignore', 'inherit'] })
  mkdirSync(`${PEERS}/openssh-tests`, { recursive: true })
  execFileSync('dpkg', ['-x', `${download}/${readdirSync(download)[0]}`, `${PEERS}/openssh-tests`])
  rmSync(download, { recursive: true })
  return folder
}

/**
 * A tree of another release, with everything that its tests start. Its /usr takes the place of this machine's, for the command alone (a mount namespace): so its
 * sshd finds sshd-session, libraries and shell where Debian compiled it to look for them. @returns {string[]} the words before the command
 */
function treeOf(release) {
  const tree = `${PEERS}/openssh-tests-${release}`
  execFileSync('bash', [`${root}scripts/install-peers.sh`, '--openssh-tests'], { stdio: ['ignore', 'inherit', 'inherit'] })
  if (!existsSync(`${tree}/${TESTS}`)) throw new Error(`the suite of ${release} is not there`)
  for (const [name, program] of Object.entries(ALTERNATIVES)) if (!existsSync(`${tree}/usr/bin/${name}`)) symlinkSync(program, `${tree}/usr/bin/${name}`)
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', 'mount --bind "$0" /usr && exec "$@"', `${tree}/usr`]
}
