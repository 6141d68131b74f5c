import { afterAll, beforeAll } from 'vitest'
import type { Session } from '../../src/bindings/index.ts'
import { openSession } from './session.ts'
import type { SshServer } from './ssh-server.ts'
import { startSshd, type SshdOptions } from './sshd.ts'

export interface Used {
  readonly server: SshServer
  /** Authenticated; the tests of a file share it. */
  readonly session: Session
}

/** One sshd, and one session on it, for all tests of a file. */
export function useSession(options: SshdOptions = {}): Used {
  let server: SshServer | undefined
  let session: Session | undefined
  beforeAll(async () => {
    server = await startSshd(options)
    session = await openSession(server)
  })
  afterAll(async () => {
    await session?.close()
    await server?.stop()
  })
  return {
    get server() {
      return server as SshServer
    },
    get session() {
      return session as Session
    },
  }
}
