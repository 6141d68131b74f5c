/** `@microsoft/dev-tunnels-ssh` over any stream: no SFTP, no chacha20-poly1305, no Ed25519 keys. */
import { ChannelRequestMessage, CommandRequestMessage, SshAlgorithms, type SshChannel, SshClientSession, SshSessionConfiguration, type Stream } from '@microsoft/dev-tunnels-ssh'
import { importKey } from '@microsoft/dev-tunnels-ssh-keys'
import { CHUNK, zeros } from './chunk.ts'
import { deferred } from './deferred.ts'
import type { Connection } from '../types.ts'

type OnData = (chunk: Uint8Array) => void

const asBuffer = ({ buffer, byteOffset, length }: Uint8Array) => Buffer.from(buffer as ArrayBuffer, byteOffset, length)

/** A pseudo terminal with the server's own modes (RFC 4254 section 6.2). */
class TerminalRequest extends ChannelRequestMessage {
  constructor() {
    super('pty-req', true)
  }

  protected override onWrite(writer: Parameters<ChannelRequestMessage['write']>[0]): void {
    super.onWrite(writer)
    writer.writeString('vt100', 'utf8')
    for (const size of [80, 24, 0, 0]) writer.writeUInt32(size)
    writer.writeString('', 'utf8')
  }
}

async function start(session: SshClientSession, command: string, onData: OnData, terminal = false): Promise<{ channel: SshChannel, closed: Promise<void> }> {
  const channel = await session.openChannel()
  const closed = deferred()
  channel.onDataReceived((data) => {
    onData(data)
    channel.adjustWindow(data.length)
  })
  channel.onClosed(() => closed.resolve())
  if (terminal) await channel.request(new TerminalRequest())
  const exec = new CommandRequestMessage()
  exec.command = command
  exec.wantReply = true
  if (!await channel.request(exec)) throw new Error('exec was refused')
  return { channel, closed: closed.promise }
}

function connection(session: SshClientSession): Connection {
  return {
    cipher: undefined,
    async exec(command, onData) {
      await (await start(session, command, onData)).closed
    },
    async feed(command, total, onData) {
      const started = deferred()
      const { channel, closed } = await start(session, command, (chunk) => {
        onData(chunk)
        started.resolve()
      })
      await started.promise
      for (let sent = 0; sent < total; sent += CHUNK) await channel.send(asBuffer(zeros(total - sent)))
      await channel.send(Buffer.alloc(0))
      await closed
    },
    async terminal(command, onData) {
      const { channel } = await start(session, command, onData, true)
      return { write: (data) => void channel.send(Buffer.from(data)).catch(() => undefined) }
    },
    async close() {
      session.dispose()
    },
  }
}

/** Logs in over any stream. `key`: the text of an ECDSA key in PKCS#8. */
export async function connectOver(stream: Stream, key: string, user: string, cipher: string | undefined): Promise<Connection> {
  const config = new SshSessionConfiguration()
  if (cipher !== undefined) {
    const algorithm = Object.values(SshAlgorithms.encryption).find((each) => each?.name === cipher)
    if (!algorithm) throw new Error(`dev-tunnels-ssh has no ${cipher}`)
    config.encryptionAlgorithms.splice(0, Infinity, algorithm)
  }
  const session = new SshClientSession(config)
  session.onAuthenticating((event) => { event.authenticationPromise = Promise.resolve({}) })
  await session.connect(stream)
  if (!await session.authenticate({ username: user, publicKeys: [await importKey(key)] })) throw new Error('authentication failed')
  return connection(session)
}
