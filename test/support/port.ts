import { createServer, connect } from 'node:net'

/**
 * Systems give ports from 32768 (Linux) or 49152 up to whoever asks for any, and to the near ends of connections. Such a port is soon another's,
 * between the moment in which it was found free and the one in which a test uses it, or while a server that had it starts anew.
 */
const FIRST = 20_000, PORTS = 12_000

// Each process begins elsewhere, and returns no port twice.
let given = Math.floor(Math.random() * PORTS)

/** A TCP port of 127.0.0.1 that nobody listened on a moment ago, and that the system gives to nobody who has not asked for it. */
export async function freePort(): Promise<number> {
  for (let tries = 0; ; tries++) {
    const port = FIRST + given++ % PORTS
    try {
      await listenOnce(port)
      return port
    } catch (error) {
      if (tries === 100) throw error
    }
  }
}

function listenOnce(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()))
  })
}

/** Resolves when something accepts connections at the port; for servers that say nothing when they are ready. */
export async function portAccepts(port: number, timeoutMs = 10_000): Promise<void> {
  const end = Date.now() + timeoutMs
  for (;;) {
    const problem = await new Promise<Error | undefined>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(undefined)
      })
      socket.once('error', resolve)
    })
    if (problem === undefined) return
    if (Date.now() > end) throw problem
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
