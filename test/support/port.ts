import { createServer, connect, type AddressInfo } from 'node:net'

/** A TCP port of 127.0.0.1 that nobody listened on a moment ago. Another process may take it: be ready to try again. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
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
