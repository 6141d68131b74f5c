import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPeer } from '../support/process.ts'
import { requirePeer } from '../support/require-peer.ts'
import { startProxy, type Proxy } from '../support/proxy.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts'
import { pasteByPage } from '../wild/paste/by-page.ts'
import { hashIn, pastedText } from '../wild/paste/pasted.ts'
import type { SshTerminal } from '../../packages/terminal/src/index.ts'
import { login, ownPages } from './hooks.ts'
import { openBrowser, openStage, type Stage } from './stage.ts'
import { TerminalPage } from './terminal-page.ts'

const PASSWORD = login.password
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const here = [requirePeer('sshd-login'), requirePeer('chromium')].every(Boolean)

describe.runIf(here)('the browser terminal, in Chromium', { timeout: 180_000 }, () => {
  let server: SshServer, other: SshServer, way: Proxy, stage: Stage, files: TemporaryDirectory
  /** The same address has another host key when this port is changed. */
  const behind = { host: '127.0.0.1', port: 0 }
  const pages = ownPages()

  const open = async (options: Parameters<Stage['open']>[1] = {}): Promise<TerminalPage> => {
    const page = await stage.open({ port: way.port, user: login.user }, options)
    pages.push(page)
    return page
  }
  const loggedIn = async (options: Parameters<Stage['open']>[1] = {}): Promise<TerminalPage> => {
    const page = await open(options)
    await page.login(PASSWORD)
    return page
  }

  beforeAll(async () => {
    [server, other] = await Promise.all([startSshd({ login, hostKeyTypes: ['ed25519'] }), startSshd({ login, hostKeyTypes: ['ecdsa'] })])
    behind.port = server.port
    way = await startProxy({ target: behind })
    files = temporaryDirectory('browser-terminal')
    stage = await openStage([way.port])
  }, 180_000)
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]()
    await way?.stop()
    await Promise.all([server?.stop(), other?.stop()])
    files?.remove()
  })

  test('logs in with a password once the host key is accepted, runs commands, follows its size, leaves', async () => {
    const terminal = await open({ viewport: { width: 1280, height: 800 } })
    await terminal.connect('wrong')
    const fingerprint = await terminal.titled('Is this the right server?').locator('.fingerprint').textContent()
    expect(fingerprint).toBe(server.hostKeys[0]?.fingerprint)
    expect(await terminal.dialog.locator('.randomart').textContent()).toContain('[ED25519 256]')
    await terminal.acceptHostKey()
    await terminal.titled('Password').getByLabel(`Password of demo@127.0.0.1:${way.port}`).fill(PASSWORD)
    await terminal.page.keyboard.press('Enter')
    await terminal.shows(/[#$]$/)
    await terminal.run('echo "<$((6 * 7))>"; printf "\\033[38;2;1;200;3m\\342\\202\\254 coloured\\033[0m\\n"')
    await terminal.shows(/^<42>\n€ coloured$/m)
    // xterm draws after its text has changed, and makes new elements each time.
    await expect.poll(() => terminal.panel.locator('.xterm-rows span', { hasText: 'coloured' }).last().evaluate((span) => getComputedStyle(span).color), { timeout: 30_000 }).toBe('rgb(1, 200, 3)')
    await terminal.page.setViewportSize({ width: 900, height: 500 })
    await terminal.run('until [ $(stty size | cut -d " " -f 2) -lt 120 ]; do sleep 0.1; done; echo "size: $(stty size)."')
    await terminal.shows(/^size: \d+ \d+\.$/m)
    const [, rows, columns] = /^size: (\d+) (\d+)\.$/m.exec(await terminal.screen()) as unknown as [string, number, number]
    expect([Number(rows) > 10, Number(rows) < 40, Number(columns) > 60]).toEqual([true, true, true])
    await terminal.run('exit 3')
    await terminal.banner.getByText('exit code 3').waitFor()
    // What is still being typed presses no button.
    await terminal.page.keyboard.press('Enter')
    await terminal.page.keyboard.press('Space')
    expect(await terminal.element.evaluate((element) => (element as SshTerminal).state)).toBe('ended')
  })

  test('vim fills the terminal', async () => {
    const terminal = await loggedIn()
    await terminal.run('vi notes')
    await terminal.shows(/(~\n){10}/)
    await terminal.type('ihello from vim')
    await terminal.page.keyboard.press('Escape')
    await terminal.type(':wq\n')
    await terminal.shows(/[#$]$/)
    await terminal.run('cat notes')
    await terminal.shows(/^hello from vim$/m)
  })

  test('a lot of output leaves the page responsive, and Ctrl-C works at once', async () => {
    const terminal = await loggedIn()
    // Counts turns of the page's event loop: a page that is blocked has none.
    await terminal.page.evaluate(() => {
      const counter = globalThis as unknown as { turns: number }
      counter.turns = 0
      setInterval(() => counter.turns++, 10)
    })
    await terminal.run(`yes ${'50 MB of these '.repeat(5)} | head -c 50M; echo; echo "<$((6 * 7))>"`)
    const turns: number[] = []
    const look = async () => { turns.push(await terminal.page.evaluate(() => (globalThis as unknown as { turns: number }).turns)) }
    await expect.poll(async () => {
      await look()
      return /^<42>$/m.test(await terminal.screen())
    }, { timeout: 150_000, interval: 100 }).toBe(true)
    expect(turns.length).toBeGreaterThan(3)
    expect(turns.at(-1)).toBeGreaterThan((turns[0] as number) + turns.length)
    await terminal.run('clear; yes endless')
    await terminal.shows(/(endless\n){5}/)
    await terminal.page.keyboard.press('Control+C')
    await terminal.run('echo "<$((7 * 9))>"')
    await terminal.shows(/^.*<63>$/m)
  })

  test('a megabyte pasted where the terminal does not echo arrives', async () => {
    const text = pastedText(1_000_000)
    expect(hashIn(await pasteByPage(stage, { ...server, port: way.port }, text))).toBe(sha256(Buffer.from(text)))
  })

  test('files go up and come down unchanged, into a Blob and into a file', async () => {
    const terminal = await loggedIn()
    const content = randomBytes(3_000_000)
    writeFileSync(files.file('up.bin'), content)
    await terminal.openFiles()
    await terminal.files.locator('input[type=file]').setInputFiles(files.file('up.bin'))
    await terminal.files.locator('.transfers .done').waitFor()
    await terminal.run('sha256sum up.bin')
    await terminal.shows(new RegExp(`^${sha256(content)}`, 'm'))

    await terminal.page.evaluate(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker'))
    const [download] = await Promise.all([terminal.page.waitForEvent('download'), terminal.files.getByRole('button', { name: 'Download up.bin' }).click()])
    expect(sha256(readFileSync(await download.path()))).toBe(sha256(content))

    // The picker is a window of the system, which no test can press; the file that it would give is a real one.
    await terminal.page.evaluate(() => Reflect.set(globalThis, 'showSaveFilePicker', async () => (await navigator.storage.getDirectory()).getFileHandle('down.bin', { create: true })))
    await terminal.files.getByRole('button', { name: 'Download up.bin' }).click()
    await expect.poll(() => terminal.files.locator('.transfers .done').count(), { timeout: 60_000 }).toBe(3)
    const hash = await terminal.page.evaluate(async () => {
      const file = await (await (await navigator.storage.getDirectory()).getFileHandle('down.bin')).getFile()
      const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer())
      return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    })
    expect(hash).toBe(sha256(content))
  })

  test('says that the network is away, and that a gateway which has started anew has lost the session; connects again', async () => {
    const terminal = await loggedIn()
    await stage.stopGateway()
    await terminal.panel.locator('.banner[role=status]').getByText('The network does not answer').waitFor()
    await stage.startGateway()
    await terminal.banner.getByText('The session is gone').waitFor()
    await terminal.banner.getByRole('button', { name: 'Reconnect' }).click()
    await terminal.titled('Password').getByLabel('Password').fill(PASSWORD)
    await terminal.page.keyboard.press('Enter')
    await terminal.shows(/connected again[^]*[#$]$/)
    await terminal.run('echo "<$((6 * 7))>"')
    await terminal.shows(/^<42>$/m)
  })

  test('says which it is: the gateway is not there, the token is wrong, the server is not allowed', async () => {
    const terminal = await open()
    await stage.stopGateway()
    await terminal.connect(PASSWORD)
    await terminal.form.getByRole('alert').getByText('No connection to the gateway').waitFor()
    await stage.startGateway()
    await terminal.form.getByText('Gateway and jump hosts').click()
    await terminal.form.getByLabel('Token').fill('another token than the right one')
    await terminal.connect(PASSWORD)
    await terminal.titled('Token of the gateway').getByRole('button', { name: 'Cancel' }).click()
    await terminal.form.getByRole('alert').getByText('The gateway does not accept this token').waitFor()
    await terminal.form.getByLabel('Token').fill(stage.token)
    await terminal.form.getByLabel('Port').fill('9')
    await terminal.connect(PASSWORD)
    await terminal.form.getByRole('alert').getByText('is not allowed').waitFor()
  })

  test('a changed host key is refused until the person removes the old one on purpose', async () => {
    const terminal = await loggedIn()
    await terminal.run('exit')
    try {
      behind.port = other.port
      await terminal.banner.getByRole('button', { name: 'Connect again' }).click()
      const warning = terminal.titled('The server’s key has changed')
      await warning.waitFor()
      expect(await warning.locator('.fingerprint').allTextContents()).toEqual([server.hostKeys[0]?.fingerprint, other.hostKeys[0]?.fingerprint])
      const remove = warning.getByRole('button', { name: 'Remove the old key' })
      expect(await remove.isDisabled()).toBe(true)
      await terminal.page.keyboard.press('Enter')
      await terminal.banner.getByText('was refused before anything secret was sent').waitFor()
      await terminal.banner.getByRole('button', { name: 'Reconnect' }).click()
      await warning.getByLabel('I have asked the administrator').check()
      await remove.click()
      await terminal.banner.getByText('The old key was removed').waitFor()
      await terminal.banner.getByRole('button', { name: 'Reconnect' }).click()
      expect(await terminal.titled('Is this the right server?').locator('.fingerprint').textContent()).toBe(other.hostKeys[0]?.fingerprint)
      await terminal.acceptHostKey()
      await terminal.titled('Password').getByLabel('Password').fill(PASSWORD)
      await terminal.page.keyboard.press('Enter')
      await terminal.shows(/connected again[^]*[#$]$/)
    } finally {
      behind.port = server.port
    }
  })

  test('two tabs have two sessions', async () => {
    const terminal = await loggedIn({ viewport: { width: 768, height: 1024 } })
    await terminal.run('name=first')
    await terminal.page.getByRole('button', { name: 'New tab' }).click()
    await terminal.connect(PASSWORD)
    await terminal.shows(/[#$]$/)
    await terminal.run('echo "<$name>"')
    await terminal.shows(/^<>$/m)
    const tabs = terminal.page.getByRole('tab')
    expect(await tabs.count()).toBe(2)
    // There is not room for both; all of the one that is shown is seen, after it was named too.
    const cut = await terminal.page.locator('.tab.shown').evaluate((tab) => tab.getBoundingClientRect().right - (tab.parentElement as HTMLElement).getBoundingClientRect().right)
    expect(cut).toBeLessThan(1)
    await tabs.first().click()
    await terminal.run('echo "<$name>"')
    await terminal.shows(/^<first>$/m)
    // Shift+Esc leaves the terminal, arrows move along the tabs.
    await terminal.page.keyboard.press('Shift+Escape')
    await terminal.page.keyboard.press('ArrowRight')
    await terminal.shows(/^<>$/m)
    // A shell runs in it: the person is asked first.
    await terminal.page.getByRole('button', { name: 'Close this tab' }).last().click()
    await terminal.titled('End this session?').getByRole('button', { name: 'Keep it' }).click()
    expect(await tabs.count()).toBe(2)
    await terminal.page.getByRole('button', { name: 'Close this tab' }).last().click()
    await terminal.titled('End this session?').getByRole('button', { name: 'End it' }).click()
    await expect.poll(() => tabs.count()).toBe(1)
    await terminal.shows(/^<first>$/m)
  })

  test('a key file becomes a key of the browser that logs in, after a reload too', async () => {
    const terminal = await open()
    await terminal.form.locator('input[type=file]').setInputFiles(server.keys.ed25519.path)
    await terminal.form.getByText('no script can read').waitFor()
    const kept = await terminal.page.evaluate(() => new Promise<{ extractable: boolean, type: string }[]>((resolve, reject) => {
      const opening = indexedDB.open('libssh2-wasm-keys')
      opening.onerror = () => reject(opening.error)
      opening.onsuccess = () => {
        const all = opening.result.transaction('keys').objectStore('keys').getAll()
        all.onsuccess = () => resolve((all.result as { privateKey: CryptoKey }[]).map(({ privateKey: { extractable, type } }) => ({ extractable, type })))
      }
    }))
    expect(kept).toEqual([{ extractable: false, type: 'private' }])
    const target = await terminal.form.evaluate((form) => [...form.querySelectorAll('input')].filter(({ type }) => type !== 'file').map(({ value }) => value))
    await terminal.page.reload()
    // The page has a gateway of its own, so its fields are folded away.
    await terminal.form.getByText('Gateway and jump hosts').click()
    for (const [index, value] of target.entries()) await terminal.form.locator('input:not([type=file])').nth(index).fill(value)
    await terminal.form.locator('select').selectOption({ index: 1 })
    await terminal.connect()
    await terminal.acceptHostKey()
    await terminal.shows(/[#$]$/)
  })

  test('a phone has the keys that its keyboard lacks, and nothing sticks out', async () => {
    const terminal = await loggedIn({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true })
    await terminal.run('cat')
    await terminal.type('interrupted')
    await terminal.panel.getByRole('button', { name: 'Ctrl' }).tap()
    await terminal.type('c')
    await terminal.shows(/\^C\n.*[#$]$/)
    await terminal.run('echo "<$((6 * 7))>"')
    await terminal.shows(/^<42>$/m)
    await terminal.panel.getByRole('button', { name: 'Up', exact: true }).tap()
    await terminal.shows(/[#$] .*echo "<\$\(\(6 \* 7\)\)>"$|\^\[\[A$/)
    // All of its tab is seen: its beginning, and the button that closes it.
    const { left, right } = await terminal.page.locator('.tab.shown').evaluate((tab) => {
      const strip = (tab.parentElement as HTMLElement).getBoundingClientRect(), { left: start, right: end } = tab.getBoundingClientRect()
      return { left: strip.left - start, right: end - strip.right }
    })
    expect(Math.max(left, right)).toBeLessThan(1)
    const { inner, scroll } = await terminal.page.evaluate(() => ({ inner: innerWidth, scroll: document.documentElement.scrollWidth }))
    expect([inner, scroll]).toEqual([390, 390])
  })
})

describe.runIf(requirePeer('sshd') && requirePeer('chromium'))('npm run terminal', { timeout: 180_000 }, () => {
  test('prints where to go and how to log in, and leaves nothing behind', async () => {
    await using browser = await openBrowser()
    const peer = await startPeer(process.execPath, ['--import', './scripts/run/typescript.mjs', 'examples/browser-terminal/start.ts'])
    try {
      await peer.logged(/Ctrl-C ends it all/, 120_000)
      const said = (name: string) => new RegExp(`^ *${name} +(.*)$`, 'm').exec(peer.log())?.[1] ?? ''
      const terminal = new TerminalPage(await browser.newPage())
      await terminal.goTo(said('Open'))
      expect(new URL(terminal.page.url()).hash).toBe('')
      await terminal.form.locator('input[type=file]').setInputFiles(said('Key file'))
      await terminal.form.getByText('no script can read').waitFor()
      await terminal.connect()
      expect(await terminal.titled('Is this the right server?').locator('.fingerprint').textContent()).toBe(said('Host key'))
      await terminal.acceptHostKey()
      await terminal.shows(/[#$]$/)
      await terminal.run('echo "<$((6 * 7))>"')
      await terminal.shows(/^<42>$/m)
      expect(terminal.complaints).toEqual([])
      process.kill(peer.pid, 'SIGINT')
      expect(await peer.exited).toBe(0)
      expect(existsSync(said('Key file'))).toBe(false)
    } finally {
      await peer.stop()
    }
  })
})

describe.runIf(here && requirePeer('sshd-keyboard-interactive'))('keyboard-interactive in Chromium', { timeout: 180_000 }, () => {
  test('asks what the server asks, in its rounds, and shows only what may be shown', async () => {
    await using server = await startSshd({ login: { ...login, secondFactor: '123456' } })
    await using stage = await openStage([server.port])
    const terminal = await stage.open({ port: server.port, user: login.user })
    const answer = async (first: string, second: string) => {
      const secret = terminal.dialog.getByLabel('Password')
      expect(await secret.getAttribute('type')).toBe('password')
      await secret.fill(first)
      await terminal.page.keyboard.press('Enter')
      const shown = terminal.dialog.locator('input[type=text]')
      await shown.fill(second)
      await terminal.page.keyboard.press('Enter')
    }
    await terminal.connect()
    await terminal.acceptHostKey()
    await answer(PASSWORD, '123456')
    await terminal.shows(/[#$]$/)
    expect(terminal.complaints).toEqual([])
  })
})
