import type { KeyType } from './key-pairs.ts'
import { startPythonPeer } from './python-peer.ts'
import { clientKeys, hostKeyPairs, sshServer, type SshServer } from './ssh-server.ts'
import { temporaryDirectory } from './temporary.ts'

export interface ParamikoOptions {
  /** That of Debian trixie (`scripts/install-peers.sh --full`), not the machine's own. */
  readonly newer?: boolean
  readonly hostKeyTypes?: readonly ('ed25519' | 'ecdsa' | 'rsa')[]
  readonly password?: string
  /** Lists of paramiko's SecurityOptions. */
  readonly algorithms?: Partial<Record<'kex' | 'key_types' | 'ciphers' | 'digests' | 'compression', readonly string[]>>
  /** After so many bytes the server starts another key exchange. */
  readonly rekeyBytes?: number
}

const classes: Partial<Record<KeyType, string>> = { ed25519: 'Ed25519Key', ecdsa: 'ECDSAKey', rsa: 'RSAKey' }

/** Paramiko: commands and SFTP. Old ones have no strict kex and no ext-info; all lack chacha20-poly1305. */
export async function startParamiko(options: ParamikoOptions = {}): Promise<SshServer> {
  const [keys, hostKeys] = await Promise.all([clientKeys(), hostKeyPairs(options.hostKeyTypes ?? ['ed25519', 'ecdsa', 'rsa'])])
  const directory = temporaryDirectory('paramiko')
  try {
    const settings = {
      hostKeys: hostKeys.map(({ path, type }) => [path, classes[type]]),
      authorizedKeys: Object.values(keys).map(({ publicKey }) => publicKey),
      algorithms: options.algorithms ?? {},
      password: options.password,
      rekeyBytes: options.rekeyBytes,
    }
    const { peer, port } = await startPythonPeer('paramiko-server.py', [JSON.stringify(settings)], [], options.newer)
    return sshServer(peer, directory, { port, hostKeys, user: 'tester', keys })
  } catch (error) {
    directory.remove()
    throw error
  }
}
