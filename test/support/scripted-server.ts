import { createServer, type AddressInfo, type Socket } from 'node:net'
import { ConnectionEnded } from './scripted-server/byte-queue.ts'
import { Connection } from './scripted-server/connection.ts'

export { Connection } from './scripted-server/connection.ts'
export { HostKey, type SigningKey } from './scripted-server/host-key.ts'
export { SSH_MSG } from './scripted-server/messages.ts'
export * from './scripted-server/steps.ts'

export interface ScriptedServer extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  /** Resolves when the script has ended, or the client hung up in the middle of it. Rejects with an error of the script. */
  readonly done: Promise<void>
}

/**
 * An SSH server that follows a script up to and including the fault that a test needs: the server side of RFC 4253, 4252 and 4254
 * without any checks of its own. Serves one connection.
 */
export async function startScriptedServer(script: (connection: Connection) => Promise<void>): Promise<ScriptedServer> {
  const sockets = new Set<Socket>()
  let resolve!: () => void
  let reject!: (error: Error) => void
  const done = new Promise<void>((...settle) => { [resolve, reject] = settle })
  done.catch(() => {})
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    script(new Connection(socket)).then(resolve, (error: unknown) => error instanceof ConnectionEnded ? resolve() : reject(error as Error))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    done,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((closed) => server.close(closed))
    },
  }
}
