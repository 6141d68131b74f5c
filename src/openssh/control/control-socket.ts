import { randomBytes } from 'node:crypto'
import { linkSync, lstatSync, rmSync, type Stats, unlinkSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { SSHError } from '../../errors/ssh-error.ts'
import { withMask } from '../forward/socket-file.ts'

/** The most bytes of a Unix socket's path, without the zero behind it (`sun_path`). */
const LONGEST_PATH = process.platform === 'linux' ? 107 : 103

/** The socket file of a master. */
export interface ControlSocket {
  readonly server: Server
  /** Removes the file, if it is still this one, and takes no more connections. Idempotent. */
  close(): void
}

/**
 * Makes a socket file that only its owner may use. As in OpenSSH it is made under a random name, then linked to `path`: whatever stands there, a
 * symbolic link included, is neither followed nor replaced, and nobody can connect before the mode is right.
 * @returns undefined if something stands there already. @throws SSHError `ERR_CONTROL_SOCKET` for a path that is too long; the error of listening
 */
export async function listenAt(path: string, accept: (socket: Socket) => void): Promise<ControlSocket | undefined> {
  const temporary = `${path}.${randomBytes(8).toString('hex')}`
  if (Buffer.byteLength(temporary) > LONGEST_PATH) throw new SSHError(`ControlPath too long (${JSON.stringify(path)}): with the random ending that it has at first, at most ${LONGEST_PATH} bytes are possible`, { code: 'ERR_CONTROL_SOCKET' })
  const server = createServer({ allowHalfOpen: true }, accept)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    withMask(0o177, () => server.listen(temporary, () => {
      server.off('error', reject)
      resolve()
    }))
  })
  let own: Stats
  try {
    own = lstatSync(temporary)
    linkSync(temporary, path)
  } catch (error) {
    server.close()
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    throw error
  } finally {
    // Closing the server has removed it, if it was closed.
    rmSync(temporary, { force: true })
  }
  server.on('error', () => {})
  let open = true
  return {
    server,
    close() {
      if (!open) return
      open = false
      server.close()
      removeIf(path, (now) => now.ino === own.ino && now.dev === own.dev)
    },
  }
}

/** What came of connecting to a master. */
export type Found = { readonly socket: Socket } | { readonly error: NodeJS.ErrnoException }

/** Connects to the socket of a master. It must be a socket of this user, or of root: whoever owns it reads what is typed. */
export function connectTo(path: string): Promise<Found> {
  return new Promise((resolve) => {
    try {
      const file = lstatSync(path)
      if (file.isSocket() && file.uid !== process.getuid?.() && file.uid !== 0) return resolve({ error: Object.assign(new Error('it belongs to another user'), { code: 'EACCES' }) })
    } catch {
      // Connecting says why.
    }
    const socket = connect({ path, allowHalfOpen: true })
    const failed = (error: NodeJS.ErrnoException) => resolve({ error })
    socket.once('error', failed)
    socket.once('connect', () => {
      socket.off('error', failed)
      resolve({ socket })
    })
  })
}

/** Removes a socket at which nobody listens. */
export function removeStale(path: string): void {
  removeIf(path, (now) => now.isSocket())
}

function removeIf(path: string, condition: (now: Stats) => boolean): void {
  const now = lstatSync(path, { throwIfNoEntry: false })
  if (now && condition(now)) unlinkSync(path)
}
