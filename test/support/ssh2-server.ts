import { spawn, type ChildProcess } from 'node:child_process'
import { connect as connectTcp, createServer, type AddressInfo } from 'node:net'
import ssh2, { type AuthContext, type Connection, type ParsedKey, type ServerChannel, type ServerConfig, type Session } from 'ssh2'
import type { KeyType } from './key-pairs.ts'
import { clientKeys, hostKeyPairs, type ClientKeys, type SshServer } from './ssh-server.ts'

export interface Ssh2ServerOptions {
  /** Default: ed25519, ecdsa (P-256), rsa. */
  readonly hostKeyTypes?: readonly KeyType[]
  /** Default: every password is refused. */
  readonly password?: string
  /** Default: by keys and the password. */
  readonly authenticate?: (context: AuthContext) => void
  /** The package's own lists: `kex`, `serverHostKey`, `cipher`, `hmac`, `compress`. */
  readonly algorithms?: NonNullable<ServerConfig['algorithms']>
  /** After so many bytes of a command's output the server starts another key exchange. */
  readonly rekeyBytes?: number
}

/** The server of the npm package ssh2, in the test's own process: commands without a PTY, and TCP forwarding both ways. */
export async function startSsh2Server(options: Ssh2ServerOptions = {}): Promise<SshServer> {
  const [keys, hostKeys] = await Promise.all([clientKeys(), hostKeyPairs(options.hostKeyTypes ?? ['ed25519', 'ecdsa', 'rsa'])])
  const open = new Set<Connection>()
  const lines: string[] = []
  const config: ServerConfig = {
    hostKeys: hostKeys.map(({ privateKey }) => privateKey),
    debug: (line) => lines.push(line),
    // Its default list names group exchange, which its server side does not have.
    algorithms: { kex: { append: [], prepend: [], remove: ['diffie-hellman-group-exchange-sha256'] }, ...options.algorithms },
  }
  const server = new ssh2.Server(config, (connection) => {
    open.add(connection)
    connection.on('authentication', options.authenticate ?? ((context) => (allows(context, keys, options.password) ? context.accept() : context.reject(['publickey', 'password']))))
    connection.on('session', (accept) => serveSession(accept(), rekeyer(connection, options.rekeyBytes)))
    serveForwarding(connection)
    connection.on('error', (error) => lines.push(`error: ${error.message}`))
    connection.on('close', () => open.delete(connection))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  let stopped: Promise<void> | undefined
  const stop = () =>
    (stopped ??= new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const connection of open) connection.end()
    }))
  const { port } = server.address() as AddressInfo
  return { host: '127.0.0.1', port, hostKeys, user: 'tester', keys, log: () => lines.join('\n'), stop, kill: stop, [Symbol.asyncDispose]: stop }
}

function allows(context: AuthContext, keys: ClientKeys, password: string | undefined): boolean {
  if (context.method === 'password') return password !== undefined && context.password === password
  if (context.method !== 'publickey') return false
  const known = Object.values(keys)
    .map(({ publicKey }) => ssh2.utils.parseKey(publicKey) as ParsedKey)
    .find((key) => key.getPublicSSH().equals(context.key.data))
  if (known === undefined) return false
  // Without a signature the client only asks whether the key would be accepted (RFC 4252 section 7).
  return !context.signature || known.verify(context.blob as Buffer, context.signature, context.hashAlgo) === true
}

/** Counts bytes, and re-keys at the limit. */
function rekeyer(connection: Connection, limit = Infinity): (bytes: number) => void {
  let sent = 0
  return (bytes) => {
    sent += bytes
    if (sent < limit) return
    sent = 0
    connection.rekey()
  }
}

function serveSession(session: Session, sent: (bytes: number) => void): void {
  const env: Record<string, string> = {}
  session.on('env', (accept, _reject, { key, val }) => {
    env[key] = val
    accept?.()
  })
  session.on('exec', (accept, _reject, { command }) => runCommand(accept(), command, env, sent))
  session.on('shell', (accept) => runCommand(accept(), 'exec /bin/sh', env, sent))
}

function runCommand(channel: ServerChannel, command: string, env: Record<string, string>, sent: (bytes: number) => void): void {
  const child: ChildProcess = spawn('/bin/sh', ['-c', command], { env: { ...process.env, ...env } })
  child.stdin?.on('error', () => undefined)
  if (child.stdin) channel.pipe(child.stdin)
  child.stdout?.on('data', ({ length }: Buffer) => sent(length)).pipe(channel, { end: false })
  child.stderr?.pipe(channel.stderr, { end: false })
  channel.on('close', () => child.kill('SIGKILL'))
  child.on('close', (code, signal) => {
    if (signal === null) channel.exit(code ?? 0)
    else channel.exit(signal.replace('SIG', ''), false, '')
    channel.end()
  })
}

function serveForwarding(connection: Connection): void {
  connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
    const socket = connectTcp(destPort, destIP, () => {
      const channel = accept()
      channel.pipe(socket).pipe(channel)
    })
    socket.once('error', () => reject())
  })
  connection.on('request', (accept, reject, name, info) => {
    if (name !== 'tcpip-forward') return reject?.()
    const { bindAddr, bindPort } = info as { bindAddr: string; bindPort: number }
    const listener = createServer((socket) => {
      const { remoteAddress = '', remotePort = 0 } = socket
      const { port } = listener.address() as AddressInfo
      connection.forwardOut(bindAddr, port, remoteAddress, remotePort, (error, channel) => {
        if (error) socket.destroy()
        else channel.pipe(socket).pipe(channel)
      })
    })
    listener.once('error', () => reject?.())
    listener.listen(bindPort, bindAddr || '127.0.0.1', () => accept?.((listener.address() as AddressInfo).port))
    connection.on('close', () => listener.close())
  })
}
