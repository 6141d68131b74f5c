import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StaticServer } from '../../examples/browser-terminal/server/static-server.ts'
import type { SshTerminal } from '../../packages/terminal/src/index.ts'
import { requireTmux } from '../cli/screen.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts'
import { killHolders } from './heap.ts'
import { login, ownPages } from './hooks.ts'
import { endTmux, tmuxConfig } from './own-tmux.ts'
import { openStage, type Stage } from './stage.ts'
import type { TerminalPage } from './terminal-page.ts'

const here = [requirePeer('sshd-login'), requirePeer('chromium'), requireTmux('persist="tmux" of <ssh-terminal>')].every(Boolean)
const WRONG_NAMES = ['a b', 'a:b', 'a.b', '-"', '$(id)', "'", 'a'.repeat(65), 'ä', 'a\nb']

describe.runIf(here)('persist="tmux" of <ssh-terminal>, in Chromium with tmux on the server', { timeout: 120_000 }, () => {
  let files: TemporaryDirectory, sockets: TemporaryDirectory, stage: Stage, page: StaticServer
  /** One has tmux, one has none, and with one it does not start. */
  let server: SshServer, without: SshServer, broken: SshServer
  const pages = ownPages()
  beforeAll(async () => {
    files = temporaryDirectory('tmux-programs')
    sockets = temporaryDirectory('tmux-sockets')
    for (const name of ['without', 'broken']) {
      mkdirSync(files.file(name), { mode: 0o755 })
      symlinkSync('/bin/sh', `${files.file(name)}/sh`)
    }
    writeFileSync(`${files.file('broken')}/tmux`, '#!/bin/sh\necho "no sockets here" >&2\nexit 1\n', { mode: 0o755 })
    const start = (path?: string) => startSshd({ login, hostKeyTypes: ['ed25519'], config: [tmuxConfig(sockets, path)] })
    server = await start()
    without = await start(files.file('without'))
    broken = await start(files.file('broken'))
    stage = await openStage([server.port, without.port, broken.port])
    page = await stage.serve(stage.gatewayPort, { persist: 'tmux' })
  }, 180_000)
  afterAll(async () => {
    await page?.[Symbol.asyncDispose]()
    await stage?.[Symbol.asyncDispose]()
    await Promise.all([server, without, broken].map((one) => one?.stop()))
    if (sockets) endTmux(sockets)
    files?.remove()
  })

  const open = async (to: SshServer, on = stage, at = page): Promise<TerminalPage> => {
    const opened = await on.open({ port: to.port, user: login.user }, { at: at.url })
    pages.push(opened)
    return opened
  }
  /** tmux has a line below the prompt. */
  const loggedIn = async (to: SshServer): Promise<TerminalPage> => {
    const terminal = await open(to)
    await terminal.connect(login.password)
    await terminal.acceptHostKey()
    await terminal.shows(/[#$] *$/m)
    return terminal
  }
  const runs = (terminal: TerminalPage) => terminal.panel.locator('.status .kept').textContent()

  test('the same login from another profile shows the same shell; another tab has its own', async () => {
    const first = await loggedIn(server)
    expect(await runs(first)).toBe('in tmux')
    await first.run('clear; kept=yes; echo "names: $kept, $(tmux display-message -p "#S")"')
    await first.shows(/^names: yes, libssh2-wasm$/m)
    // Nothing ends with the page, so nobody is asked.
    expect(await first.element.evaluate((element) => (element as SshTerminal).askToClose())).toBe(true)
    await first.page.context().close()
    pages.splice(0)
    const again = await loggedIn(server)
    await again.shows(/^names: yes, libssh2-wasm$/m)
    await again.page.getByRole('button', { name: 'New tab' }).click()
    await again.connect(login.password)
    await again.shows(/[#$] *$/m)
    await again.run('clear; echo "names: <$kept>, $(tmux display-message -p "#S")"')
    await again.shows(/^names: <>, libssh2-wasm-2$/m)
    await again.run('tmux kill-session')
    await expect.poll(() => again.element.evaluate((element) => (element as SshTerminal).state), { timeout: 60_000 }).toBe('ended')
  })

  test('after a reload that has ended the worker, a key logs in by itself, a password is asked for; both show the same shell', async () => {
    for (const way of ['key', 'password']) {
      // Its own browser: Chromium may not start the first SharedWorker of another profile once one was killed.
      await using own = await openStage([server.port])
      await using ownPage = await own.serve(own.gatewayPort, { persist: 'tmux' })
      const terminal = await own.open({ port: server.port, user: login.user }, { at: ownPage.url })
      const address = `${ownPage.url}#token=${encodeURIComponent(own.token)}`
      if (way === 'key') {
        await terminal.form.locator('input[type=file]').setInputFiles(server.keys.ed25519.path)
        await terminal.form.getByText('no script can read').waitFor()
      }
      await terminal.connect(way === 'key' ? '' : login.password)
      await terminal.acceptHostKey()
      await terminal.shows(/[#$] *$/m)
      await terminal.run(`clear; way=${way}; echo "set $((6 * 7))"`)
      await terminal.shows(/^set 42$/m)
      await killHolders(own.browser)
      await terminal.banner.getByText('The session’s worker has ended').waitFor()
      // As in a browser whose worker ends with the page: that one has no time to say so.
      await terminal.page.evaluate(() => {
        for (const [name, value] of Object.entries(sessionStorage)) if (name.startsWith('libssh2-wasm-terminal:')) sessionStorage.setItem(name, JSON.stringify({ ...JSON.parse(value), running: true, inTmux: true }))
      })
      if (way === 'key') {
        // With the token in its link again: a page that has none of its own asks for it.
        await terminal.page.goto('about:blank')
        await terminal.page.goto(address)
      } else {
        await terminal.page.reload()
        await terminal.form.getByText('Log in again to go on').waitFor()
        expect(await terminal.form.getByLabel('User name').inputValue()).toBe(login.user)
        expect(await terminal.form.getByLabel('Port').inputValue()).toBe(String(server.port))
        await terminal.form.getByText('Gateway and jump hosts').click()
        await terminal.form.getByLabel('Token').fill(own.token)
        await terminal.connect(login.password)
      }
      await terminal.shows(/[#$] *$/m)
      await terminal.run('clear; echo "the way is $way"')
      await terminal.shows(new RegExp(`^the way is ${way}$`, 'm'))
      expect(terminal.complaints).toEqual([])
    }
  })

  test('a server without tmux, or whose tmux does not start, gives a plain shell and says so; leaving it asks', async () => {
    for (const [to, words] of [[without, /^── tmux is not installed on this server: what runs here ends with the connection ──$/m], [broken, /^── tmux does not start on this server \(no sockets here\): what runs here ends with the ?\n?connection ──$/m]] as const) {
      const terminal = await loggedIn(to)
      await terminal.shows(words)
      expect(await runs(terminal)).toBe('')
      await terminal.run('echo "plain $((6 * 7))"')
      await terminal.shows(/^plain 42$/m)
      const asked = terminal.element.evaluate((element) => (element as SshTerminal).askToClose())
      await terminal.titled('End this session?').getByRole('button', { name: 'Keep it' }).click()
      expect(await asked).toBe(false)
    }
  })

  test('a name that tmux cannot have is refused before anything is sent', async () => {
    const terminal = await open(server)
    for (const name of WRONG_NAMES) {
      const said = await terminal.element.evaluate((element, wrong) => {
        element.setAttribute('tmux-session', wrong)
        return (element as SshTerminal).connect({ password: 'x' }).then(() => 'connected', (error: Error) => `${error.name}: ${error.message}`)
      }, name)
      expect([name, said]).toEqual([name, 'TypeError: the name of a tmux session has 1 to 64 letters, digits, - and _'])
    }
  })
})
