import { mkdirSync, writeFileSync } from 'node:fs'
import { treeCommand, writeTreeScript, type Release } from './foreign-tree.ts'
import type { KeyType } from './key-pairs.ts'
import { freePort } from './port.ts'
import { startPeer, type Peer } from './process.ts'
import { authorizedKeys, clientKeys, currentUser, hostKeyPairs, sshServer, withPortRetry, type SshServer } from './ssh-server.ts'
import { loginConfig, loginNamespace, plainNamespace, type Login } from './sshd-login.ts'
import { temporaryDirectory, type TemporaryDirectory } from './temporary.ts'

export interface SshdOptions {
  /** Lines for sshd_config. They come first, and in that file the first value of a keyword wins. */
  readonly config?: readonly string[]
  /** Default: ed25519, ecdsa (P-256), rsa. */
  readonly hostKeyTypes?: readonly KeyType[]
  /** `internal` (default), the `sftp-server` program, or no SFTP subsystem at all. */
  readonly sftp?: 'internal' | 'server' | 'none'
  /** OpenSSH of another Debian release. Default: the one installed. */
  readonly release?: Release
  /** A made-up user who may log in by password (root only: requirePeer('sshd-login')). Keys work too. */
  readonly login?: Login
}

/** A real OpenSSH server with its own files. Starts in about 50 ms, without the keys. */
export async function startSshd(options: SshdOptions = {}): Promise<SshServer> {
  const [keys, hostKeys] = await Promise.all([clientKeys(), hostKeyPairs(options.hostKeyTypes ?? ['ed25519', 'ecdsa', 'rsa'])])
  // sshd's sandboxed half uses this folder as its root; packages leave its creation to the init system.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  return withPortRetry(async () => {
    const directory = temporaryDirectory('sshd')
    try {
      const port = await freePort()
      writeFileSync(directory.file('authorized_keys'), authorizedKeys(keys))
      writeFileSync(directory.file('sshd_config'), sshdConfig(options, port, hostKeys.map((key) => key.path), directory))
      const peer = await startPeer(...command(options, directory))
      await ready(peer)
      return sshServer(peer, directory, { port, hostKeys, user: options.login?.user ?? currentUser(), keys })
    } catch (error) {
      directory.remove()
      throw error
    }
  })
}

async function ready(peer: Peer): Promise<void> {
  try {
    await peer.logged(/Server listening on/)
  } catch (error) {
    await peer.kill()
    throw error
  }
}

function command({ release, login }: SshdOptions, directory: TemporaryDirectory): [string, string[]] {
  const program = release === undefined ? ['/usr/sbin/sshd'] : treeCommand(release, '/usr/sbin/sshd')
  // 8.4 would restart itself by path for each connection, which a foreign tree cannot do.
  const flags = release === 'bullseye' ? ['-r'] : []
  const words = [...(login === undefined ? plainNamespace(currentUser(), directory) : loginNamespace(login, directory)), ...program, ...flags, '-D', '-e', '-f', directory.file('sshd_config')]
  return [words[0] as string, words.slice(1)]
}

function sshdConfig(options: SshdOptions, port: number, hostKeys: readonly string[], directory: TemporaryDirectory): string {
  const { release, login, sftp = 'internal' } = options
  return [
    ...(options.config ?? []),
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    ...hostKeys.map((path) => `HostKey ${path}`),
    `AuthorizedKeysFile ${directory.file('authorized_keys')}`,
    'PidFile none',
    // DEBUG1 would also write into the stderr of a client's commands.
    'LogLevel VERBOSE',
    // Files under the temporary directory may have any owner above them.
    'StrictModes no',
    'UseDNS no',
    'PrintMotd no',
    'PrintLastLog no',
    // A bash that sshd starts reads ~/.bashrc, whatever that does on this machine, unless it seems to be started by another shell.
    'SetEnv SHLVL=1',
    // The defaults (10) are for people; tests open many at once.
    'MaxSessions 100',
    'MaxStartups 1000:30:1000',
    ...(login === undefined ? [] : loginConfig(login)),
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    `${release === 'bullseye' ? 'ChallengeResponseAuthentication' : 'KbdInteractiveAuthentication'} no`,
    'UsePAM no',
    ...subsystem(sftp, release),
    ...helpers(release, directory),
    '',
  ].join('\n')
}

function subsystem(sftp: SshdOptions['sftp'], release: Release | undefined): string[] {
  if (sftp === 'none') return []
  if (sftp === 'internal') return ['Subsystem sftp internal-sftp']
  const program = '/usr/lib/openssh/sftp-server'
  return [`Subsystem sftp ${release === undefined ? program : treeCommand(release, program).join(' ')}`]
}

/** From 9.8 on sshd starts other programs for a connection. */
function helpers(release: Release | undefined, directory: TemporaryDirectory): string[] {
  if (release !== 'trixie' && release !== 'sid') return []
  return [
    ['SshdSessionPath', 'sshd-session'],
    ['SshdAuthPath', 'sshd-auth'],
  ].map(([keyword, name]) => `${keyword} ${writeTreeScript(directory.file(name as string), release, `/usr/lib/openssh/${name}`)}`)
}
