import type { AddressInfo } from 'node:net'
import npm, { type AuthContext, type ConnectConfig, type Connection, type ServerConfig } from 'ssh2'
import { generateKeyPairSync } from '../../src/ssh2/utils/generate-key-pair.ts'

export interface OwnServer {
  /** How a client gets there. */
  readonly to: ConnectConfig
  readonly port: number
  stop(): Promise<void>
}

export interface OwnServerOptions extends Partial<ServerConfig> {
  /** Lets in whoever comes, if none is given. */
  readonly authenticate?: (context: AuthContext) => void
}

const hostKey = generateKeyPairSync('ed25519').private

/** The server of npm ssh2, which does what a test says. */
export async function startOwnServer(serve: (connection: Connection) => void, { authenticate, ...config }: OwnServerOptions = {}): Promise<OwnServer> {
  const open = new Set<Connection>()
  const server = new npm.Server({ hostKeys: [hostKey], algorithms: { kex: { append: [], prepend: [], remove: ['diffie-hellman-group-exchange-sha256'] } }, ...config }, (connection) => {
    open.add(connection)
    connection.on('authentication', authenticate ?? ((context) => context.accept()))
    connection.on('error', () => {})
    connection.on('close', () => open.delete(connection))
    serve(connection)
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', () => resolve()) })
  const { port } = server.address() as AddressInfo
  const stop = () => new Promise<void>((resolve) => {
    server.close(() => resolve())
    for (const connection of open) connection.end()
  })
  return { port, to: { host: '127.0.0.1', port, username: 'tester', hostVerifier: () => true }, stop }
}
