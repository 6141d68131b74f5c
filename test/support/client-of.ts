import { readFileSync } from 'node:fs'
import { type Client, connect, type ConnectOptions, insecureAcceptAnyHostKey, publicKey } from '../../src/index.ts'
import type { SshServer } from './ssh-server.ts'

/** A client that has logged in at a server of the tests, with its Ed25519 key. */
export function clientOf(server: SshServer, options: Partial<ConnectOptions> = {}): Promise<Client> {
  const auth = [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))]
  return connect({ host: server.host, port: server.port, username: server.user, hostKey: insecureAcceptAnyHostKey(), auth, ...options })
}
