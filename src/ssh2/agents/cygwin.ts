import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { promisify } from 'node:util'
import { ignore, tell } from '../tell.ts'
import type { GetStreamCallback } from './base-agent.ts'
import { OpenSSHAgent } from './openssh-agent.ts'

/** What stands in the file that Cygwin has for a socket: a port of this machine, and a secret. */
const SOCKET_FILE = /^!<socket >(\d+) s ([A-Z0-9]{8}-[A-Z0-9]{8}-[A-Z0-9]{8}-[A-Z0-9]{8})/
const CREDENTIALS = 12

/** An agent of Cygwin: its sockets are files with a port and a secret in them. */
export class CygwinAgent extends OpenSSHAgent {
  override getStream(callback: GetStreamCallback): void {
    connectToCygwin(this.socketPath).then((socket) => tell(callback, null, socket), (error: unknown) => tell(callback, error as Error))
  }
}

async function connectToCygwin(path: string): Promise<Socket> {
  const found = SOCKET_FILE.exec(await socketFile(path))
  if (!found) throw new Error('Malformed cygwin unix socket file')
  const [port, secret] = [Number(found[1]), Buffer.from(found[2]!.replaceAll('-', ''), 'hex').swap32()]
  // The first attempt is refused, and tells the user and group that the second one has to name.
  const first = await greeted(port, secret, Buffer.alloc(CREDENTIALS))
  first.socket.on('error', ignore).destroy()
  first.credentials.writeUInt32LE(process.pid, 0)
  return (await greeted(port, secret, first.credentials)).socket
}

/** The content of the file; Cygwin's own paths are translated. */
async function socketFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1').catch(async () => {
      const { stdout } = await promisify(execFile)('cygpath', ['-w', path])
      return readFile(stdout.replace(/[\r\n]/g, ''), 'latin1')
    })
  } catch (cause) {
    throw new Error('Invalid cygwin unix socket path', { cause })
  }
}

/** Shows the secret, which comes back, and says who asks: what comes back then are process, user and group. */
async function greeted(port: number, secret: Buffer, credentials: Buffer): Promise<{ readonly socket: Socket, readonly credentials: Buffer }> {
  const socket = connect(port, '127.0.0.1')
  try {
    socket.write(secret)
    await read(socket, secret.length)
    socket.write(credentials)
    return { socket, credentials: await read(socket, CREDENTIALS) }
  } catch (cause) {
    socket.on('error', ignore).destroy()
    throw new Error('Problem negotiating cygwin unix socket security', { cause })
  }
}

/** Reads so many bytes from a socket. */
function read(socket: Socket, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const over = (end: () => void) => {
      for (const event of ['error', 'end', 'close']) socket.off(event, failed)
      socket.off('readable', take)
      end()
    }
    const take = () => {
      const bytes = socket.read(length) as Buffer | null
      if (bytes) over(() => resolve(bytes))
    }
    const failed = (error?: Error) => over(() => reject(error ?? new Error('the socket has ended')))
    for (const event of ['error', 'end', 'close']) socket.on(event, failed)
    socket.on('readable', take)
    take()
  })
}
