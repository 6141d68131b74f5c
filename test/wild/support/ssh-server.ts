import { type AddressInfo, createServer } from 'node:net'
import ssh2, { type AuthContext, type Connection, type ServerConfig, type Session } from 'ssh2'
import { type Client, connect, type ConnectOptions, insecureAcceptAnyHostKey, password } from '../../../src/index.ts'
import { keyPair } from '../../support/key-pairs.ts'

export interface QuirkyServerOptions extends Partial<ServerConfig> {
  /** Decides about each request of authentication; `number` counts them from 0. By default everybody is let in, by `none` too, which OpenSSH's programs try first. */
  readonly authenticate?: (context: AuthContext, number: number, connection: Connection) => void
  readonly onConnection?: (connection: Connection) => void
  readonly onSession?: (session: Session, connection: Connection) => void
}

export interface QuirkyServer extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
}

/** The server of npm ssh2 on loopback, as a stage for one quirk: the test says what it does otherwise than others. */
export async function startQuirkyServer({ authenticate = (context) => context.accept(), onConnection, onSession, ...config }: QuirkyServerOptions = {}): Promise<QuirkyServer> {
  const { privateKey } = await keyPair('ed25519', 'host')
  const open = new Set<Connection>()
  const ssh = new ssh2.Server({ hostKeys: [privateKey], ...config }, (connection) => {
    open.add(connection)
    let requests = 0
    connection.on('error', () => {})
    connection.on('close', () => open.delete(connection))
    connection.on('authentication', (context) => authenticate(context, requests++, connection))
    connection.on('session', (accept) => onSession?.(accept(), connection))
    onConnection?.(connection)
  })
  // By itself it lets a small answer wait until the last one is acknowledged, 40 ms each.
  const server = createServer({ noDelay: true }, (socket) => ssh.injectSocket(socket))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const connection of open) connection.end()
      await new Promise<void>((closed) => server.close(() => closed()))
    },
  }
}

/** A client of such a server. */
export function login({ host, port }: Pick<QuirkyServer, 'host' | 'port'>, options: Partial<ConnectOptions> = {}): Promise<Client> {
  return connect({ host, port, username: 'tester', hostKey: insecureAcceptAnyHostKey(), auth: [password('secret')], ...options })
}
