/** A program as they are written against @types/ssh2: that it compiles is the test. */
import { readFileSync } from 'node:fs'
import { BaseAgent, type Client, type AuthHandlerMiddleware, type ClientChannel, type ConnectConfig, type ExecOptions, type KeyboardInteractiveCallback, type ParsedKey, type PseudoTtyOptions, type SFTPWrapper, utils } from '../../src/ssh2/index.ts'

export const config: ConnectConfig = {
  host: 'example.org', port: 22, username: 'me', password: 'x', privateKey: readFileSync('/dev/null'), passphrase: 'x', readyTimeout: 1, keepaliveInterval: 1, tryKeyboard: true,
  algorithms: { kex: ['curve25519-sha256'], serverHostKey: { append: ['ssh-rsa'], prepend: [], remove: [] } },
  hostVerifier: (key: Buffer, verify: (valid: boolean) => void) => verify(key.length > 0),
  debug: (message: string) => void message, sock: undefined, agent: process.env['SSH_AUTH_SOCK'],
}
export const bySyncVerifier: ConnectConfig = { hostHash: 'sha256', hostVerifier: (fingerprint: string) => fingerprint === 'x' }
export const handler: AuthHandlerMiddleware = (authsLeft, partialSuccess, next) => {
  if (authsLeft?.includes('password') && !partialSuccess) next({ type: 'password', username: 'me', password: 'x' })
  else next('none')
}

export function program(client: Client): void {
  const options: ExecOptions = { env: process.env, pty: true }
  const terminal: PseudoTtyOptions = { rows: 1, cols: 2, term: 'xterm', modes: { ECHO: 0 } }
  client.on('ready', () => {
    client.exec('true', options, (error: Error | undefined, stream: ClientChannel) => {
      if (error) throw error
      stream.on('close', (code: number, signal: string) => void [code, signal]).on('data', (data: Buffer) => void data).stderr.on('data', (data: Buffer) => void data)
      stream.stdin.end()
      stream.setWindow(1, 2, 3, 4)
    })
    client.shell(terminal, (error, stream) => void [error, stream.write('x')])
    client.sftp((error: Error | undefined, sftp: SFTPWrapper) => { if (!error) sftp.readdir('.', (_error, list) => void list) })
    client.forwardOut('a', 1, 'b', 2, (error, stream) => void [error, stream.pipe(process.stdout)])
    client.forwardIn('a', 0, (error, port) => void [error, port.toFixed()])
  })
  client.on('keyboard-interactive', (_name, _instructions, _lang, prompts, finish: KeyboardInteractiveCallback) => finish(prompts.map(({ prompt }) => prompt)))
  client.on('tcp connection', (details, accept, reject) => details.srcPort > 0 ? accept().end() : reject())
  client.on('error', (error) => void [error.level, error.message])
  client.once('close', () => {}).connect(config).end()
}

export class MyAgent extends BaseAgent {
  override getIdentities(callback: (error?: Error | null, keys?: ParsedKey[]) => void): void {
    const key = utils.parseKey('x')
    if (key instanceof Error) callback(key)
    else callback(null, [key])
  }
}
