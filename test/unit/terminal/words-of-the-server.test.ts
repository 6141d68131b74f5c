// What a server says reaches `<ssh-terminal>` around its screen too, and its screen before anybody has logged in.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { PageApi, ShellSettings, Target, Welcome } from '../../../packages/terminal/src/session/messages.ts'
import { Session } from '../../../packages/terminal/src/session/session.ts'
import { SessionBanner } from '../../../packages/terminal/src/element/session-banner.ts'
import { StatusBar } from '../../../packages/terminal/src/ui/status-bar.ts'
import { type Element, ownDocument } from './dom.ts'

const WORDS = 'no \x1b[31m\u{202e}\u{61c}\u{2067}\u{9b}31mway\x07\u{2028}'
const SHOWN = 'no [31m31mway'

describe('around the screen', () => {
  beforeEach(() => { vi.stubGlobal('document', ownDocument) })
  afterEach(() => { vi.unstubAllGlobals() })

  test('the identification, in the status bar', () => {
    const bar = new StatusBar()
    const welcome: Welcome = { server: `SSH-2.0-${WORDS}`, kex: 'kex', cipher: 'cipher', trust: 'first-use', fingerprint: 'SHA256:x', inTmux: false }
    bar.update({ name: 'open', welcome }, 'ada@host')
    expect((bar.element as unknown as Element).titles).toContain(`SHA256:x\nSSH-2.0-${SHOWN}\nkex, cipher`)
  })

  test('the signal that ended the shell, above it', () => {
    const banner = new SessionBanner({ back: () => {}, again: () => {}, probe: () => {} })
    banner.ended({ code: null, signal: WORDS }, 'ada@host')
    expect((banner.element as unknown as Element).text).toContain(`ada@host, signal ${SHOWN}.`)
  })
})

vi.mock('../../../packages/terminal/src/session/connection.ts', () => ({
  openConnection: ({ onBanner }: { readonly onBanner: (text: string) => void }) => {
    onBanner(`first\n${WORDS}\r\n`)
    return Promise.reject(new Error('no more than a banner'))
  },
}))

// An emulator is not needed to see what it would be given.
vi.mock('../../../packages/terminal/src/session/screen-keeper.ts', () => ({
  ScreenKeeper: class {
    write() {}
    dispose() {}
    whenIdle(work: () => void) { work() }
  },
}))

test('the banner before the login, on the screen', async () => {
  const session = new Session(() => {}), shown: string[] = []
  const page = new Proxy({} as PageApi, { get: (_page, name) => (data: unknown) => {
    if (name === 'output') shown.push(new TextDecoder().decode(data as Uint8Array))
    return Promise.resolve()
  } })
  session.attach({ page, visible: true, pending: 0, live: true })
  await expect(session.connect({} as Target, {} as never, { persist: 'none', knownHosts: null } as unknown as ShellSettings)).rejects.toThrow('no more than a banner')
  expect(shown).toEqual([`first\r\n${SHOWN}\r\n`])
  await session.close()
})
