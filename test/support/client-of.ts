import { readFileSync } from 'node:fs'
import { afterAll, beforeAll } from 'vitest'
import { type Client, connect, type ConnectOptions, insecureAcceptAnyHostKey, publicKey } from '../../src/index.ts'
import type { SshServer } from './ssh-server.ts'
import { startSshd } from './sshd.ts'

/** A client that has logged in to a test server, with its Ed25519 key. */
export function clientOf(server: SshServer, options: Partial<ConnectOptions> = {}): Promise<Client> {
  const auth = [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))]
  return connect({ host: server.host, port: server.port, username: server.user, hostKey: insecureAcceptAnyHostKey(), auth, ...options })
}

/** An sshd with a client, for all tests of a file: available from the first test on. */
export function sshdAndClient(): { readonly server: SshServer, readonly client: Client } {
  const both = {} as { server: SshServer, client: Client }
  beforeAll(async () => {
    both.server = await startSshd()
    both.client = await clientOf(both.server)
  })
  afterAll(async () => {
    await both.client?.close()
    await both.server?.stop()
  })
  return both
}
