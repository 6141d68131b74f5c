import { writeFileSync } from 'node:fs'
import type { KeyType } from './key-pairs.ts'
import { startPythonPeer } from './python-peer.ts'
import { authorizedKeys, clientKeys, hostKeyPairs, sshServer, type SshServer } from './ssh-server.ts'
import { temporaryDirectory } from './temporary.ts'

/** One SSH_MSG_USERAUTH_INFO_REQUEST (RFC 4256 section 3.2) and the answers that pass. */
export interface Round {
  readonly name?: string
  readonly instructions?: string
  /** Text, and whether the answer is echoed. */
  readonly prompts: readonly (readonly [string, boolean])[]
  readonly answers: readonly string[]
}

export interface AsyncsshOptions {
  /** Uses Debian trixie's version (`scripts/install-peers.sh --full`), not the installed one. */
  readonly newer?: boolean
  readonly hostKeyTypes?: readonly KeyType[]
  readonly login?: {
    readonly password?: string
    /** If set, `password` has expired, and SSH_MSG_USERAUTH_PASSWD_CHANGEREQ asks for this one. */
    readonly newPassword?: string
    /** Keyboard-interactive, round by round. */
    readonly rounds?: readonly Round[]
  }
  /** Arguments of asyncssh.create_server, as `kex_algs`, `encryption_algs`, `mac_algs`, `rekey_bytes`, `window`, `max_pktsize`. */
  readonly listen?: Readonly<Record<string, unknown>>
}

/** AsyncSSH: exec, SFTP, SCP and forwarding, with any lists of algorithms. It names each RSA method twice in server-sig-algs. */
export async function startAsyncssh(options: AsyncsshOptions = {}): Promise<SshServer> {
  const [keys, hostKeys] = await Promise.all([clientKeys(), hostKeyPairs(options.hostKeyTypes ?? ['ed25519', 'ecdsa', 'rsa'])])
  const directory = temporaryDirectory('asyncssh')
  const user = 'tester'
  try {
    writeFileSync(directory.file('authorized_keys'), authorizedKeys(keys))
    const settings = {
      login: { user, ...options.login },
      hostKeys: hostKeys.map(({ path }) => path),
      authorizedKeys: directory.file('authorized_keys'),
      listen: options.listen ?? {},
    }
    const { peer, port } = await startPythonPeer('asyncssh-server.py', [JSON.stringify(settings)], [], options.newer)
    return sshServer(peer, directory, { port, hostKeys, user, keys })
  } catch (error) {
    directory.remove()
    throw error
  }
}
