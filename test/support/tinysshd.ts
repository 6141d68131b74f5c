import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { treeCommand } from './foreign-tree.ts'
import { publicKey } from './key-pairs.ts'
import { startPythonPeer } from './python-peer.ts'
import { authorizedKeys, clientKeys, sshServer, type SshServer } from './ssh-server.ts'
import { loginNamespace } from './sshd-login.ts'
import { temporaryDirectory } from './temporary.ts'

export interface TinysshdOptions {
  /** TinySSH of sid instead of the installed one. */
  readonly release?: 'sid'
  /** Further command-line words, as `-P` (no post-quantum key exchange). */
  readonly flags?: readonly string[]
}

/** A real TinySSH behind a small inetd. Ed25519 only; it reads authorized_keys at home: root, requirePeer('tinysshd'). */
export async function startTinysshd(options: TinysshdOptions = {}): Promise<SshServer> {
  const keys = await clientKeys()
  const directory = temporaryDirectory('tinysshd')
  try {
    const user = 'tester'
    const namespace = loginNamespace({ user, password: 'unused' }, directory)
    mkdirSync(directory.file('home/.ssh'), { mode: 0o700 })
    writeFileSync(directory.file('home/.ssh/authorized_keys'), authorizedKeys(keys), { mode: 0o600 })
    const keyDirectory = directory.file('host-key')
    execFileSync('tinysshd-makekey', ['-q', keyDirectory])
    const program = options.release === undefined ? ['/usr/sbin/tinysshd'] : treeCommand(options.release, '/usr/sbin/tinysshd', 'tinysshd')
    const { peer, port } = await startPythonPeer('inetd.py', [...program, '-v', '-x', 'sftp=/usr/lib/openssh/sftp-server', ...(options.flags ?? []), keyDirectory], namespace)
    return sshServer(peer, directory, { port, hostKeys: [publicKey(hostKeyLine(`${keyDirectory}/ed25519.pk`))], user, keys })
  } catch (error) {
    directory.remove()
    throw error
  }
}

/** TinySSH keeps the 32 bytes of the key; the blob is RFC 8709 section 4. */
function hostKeyLine(path: string): string {
  const name = 'ssh-ed25519'
  const key = readFileSync(path)
  const length = (size: number) => Buffer.from([0, 0, 0, size])
  return `${name} ${Buffer.concat([length(name.length), Buffer.from(name), length(key.length), key]).toString('base64')} tinysshd`
}
