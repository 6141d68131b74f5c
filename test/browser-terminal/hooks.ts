/** What the test files that drive <ssh-terminal> do before and after their tests. To be called in `describe`. */
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { openStage, type Stage } from './stage.ts'
import type { TerminalPage } from './terminal-page.ts'

export const login = { user: 'demo', password: 'swordfish' }

interface Place {
  readonly server: SshServer
  readonly stage: Stage
}

/** sshd, which takes `login`, and a stage that reaches it. They are there when the tests run. */
export function serverAndStage(): Place {
  let server: SshServer | undefined, stage: Stage | undefined
  beforeAll(async () => {
    server = await startSshd({ login, hostKeyTypes: ['ed25519'] })
    stage = await openStage([server.port])
  }, 180_000)
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]()
    await server?.stop()
  })
  return {
    get server() { return server as SshServer },
    get stage() { return stage as Stage },
  }
}

/** Pages of a test: they are closed after it. There must have been no errors, and nothing that the content security policy had to stop. */
export function ownPages(): TerminalPage[] {
  const pages: TerminalPage[] = []
  afterEach(async () => {
    for (const { complaints, page } of pages.splice(0)) {
      await page.context().close()
      expect(complaints).toEqual([])
    }
  })
  return pages
}

type PageOptions = Parameters<Stage['open']>[1]

/** Opens own pages for the server of a place, or also logs in there. */
export function pagesOf(place: Place): { readonly open: (options?: PageOptions) => Promise<TerminalPage>, readonly loggedIn: (options?: PageOptions) => Promise<TerminalPage> } {
  const pages = ownPages()
  const open = async (options: PageOptions = {}): Promise<TerminalPage> => {
    const page = await place.stage.open({ port: place.server.port, user: login.user }, options)
    pages.push(page)
    return page
  }
  return {
    open,
    async loggedIn(options) {
      const page = await open(options)
      await page.login(login.password)
      return page
    },
  }
}
