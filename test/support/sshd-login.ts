import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { ownEtc } from '../../examples/node/own-etc.ts'
import { missingPeer, pamMatrix } from './require-peer.ts'
import type { TemporaryDirectory } from './temporary.ts'

/** A user that exists for one sshd only. */
export interface Login {
  readonly user: string
  readonly password: string
  /** Default 0, root: OpenSSH passes no signals on to what root runs. */
  readonly uid?: number
  /** With it, keyboard-interactive asks in two rounds: first for the password, then for this. */
  readonly secondFactor?: string
}

/** Where the user's home is, inside: TinySSH accepts no home below /tmp, because others may write there. */
const home = '/mnt'

/**
 * Command and first arguments that run a program in a separate mount namespace, where the machine
 * has one more user: passwd, shadow, PAM files and `home` of the directory take the place of the real ones. Root only.
 */
export function loginNamespace(login: Login, directory: TemporaryDirectory): string[] {
  const missing = missingPeer(login.secondFactor === undefined ? 'sshd-login' : 'sshd-keyboard-interactive')
  if (missing !== undefined) throw new Error(missing)
  const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: login.password, encoding: 'utf8' }).trim()
  writeFileSync(directory.file('shadow'), `${login.user}:${hash}:19000:0:99999:7:::\n`, { mode: 0o600 })
  if (login.secondFactor === undefined) return namespace(login, directory, ['shadow'])
  writePam(login, login.secondFactor, directory)
  return namespace(login, directory, ['shadow', 'pam.d'])
}

/**
 * The same with the user who runs the tests, if possible: an empty home and /bin/sh. A person's dotfiles
 * may print, take half a second, or wait for a lock that a killed server's shell has left.
 */
export function plainNamespace(user: string, directory: TemporaryDirectory): string[] {
  return missingPeer('sshd-login') === undefined ? namespace({ user }, directory, []) : []
}

function namespace({ user, uid = 0 }: Pick<Login, 'user' | 'uid'>, directory: TemporaryDirectory, others: readonly string[]): string[] {
  mkdirSync(directory.file('home'))
  if (uid !== 0) chownSync(directory.file('home'), uid, 0)
  const users = readFileSync('/etc/passwd', 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith(`${user}:`))
  writeFileSync(directory.file('passwd'), [...users, `${user}:x:${uid}:0::${home}:/bin/sh`, ''].join('\n'))
  const mounts = [`mount --bind '${directory.file('home')}' ${home}`, ...ownEtc(directory.file('etc'), Object.fromEntries(['passwd', ...others].map((name) => [name, directory.file(name)])))]
  return ['unshare', '--mount', 'sh', '-c', `${mounts.join(' && ')} && exec "$@"`, 'sh']
}

/** The configuration lines that go with it. */
export function loginConfig(login: Login): string[] {
  const common = ['PermitRootLogin yes']
  return login.secondFactor === undefined
    ? [...common, 'PasswordAuthentication yes', 'UsePAM no']
    : [...common, 'PasswordAuthentication no', 'KbdInteractiveAuthentication yes', 'UsePAM yes']
}

/** pam_unix asks for the password, pam_matrix for the second factor with an echoed prompt. */
function writePam(login: Login, secondFactor: string, directory: TemporaryDirectory): void {
  const database = directory.file('second-factor')
  writeFileSync(database, `${login.user}:${secondFactor}:sshd\n`)
  const folder = directory.file('pam.d')
  mkdirSync(folder)
  chmodSync(folder, 0o755)
  writeFileSync(
    `${folder}/sshd`,
    [
      'auth required pam_unix.so',
      `auth required ${pamMatrix()} passdb=${database} echo`,
      'account required pam_unix.so',
      'password required pam_deny.so',
      'session required pam_permit.so',
      '',
    ].join('\n'),
  )
}
