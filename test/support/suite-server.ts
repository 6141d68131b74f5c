import { afterAll, beforeAll } from 'vitest'
import type { SshServer } from './ssh-server.ts'

/** A server for all tests of the calling suite. It is stopped after them, even if another hook failed. */
export function suiteServer(start: () => Promise<SshServer>): () => SshServer {
  let server: SshServer | undefined
  // The Go server is compiled at the first need.
  beforeAll(async () => {
    server = await start()
  }, 120_000)
  afterAll(async () => {
    await server?.stop()
  })
  return () => {
    if (server === undefined) throw new Error('the server of this suite has not started')
    return server
  }
}
