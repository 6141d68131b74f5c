import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildPage } from '../../examples/browser-terminal/server/build.ts'
import { startStaticServer, type StaticServer } from '../../examples/browser-terminal/server/static-server.ts'
import { buildFrameworks, FRAMEWORKS, PAGES } from '../../examples/frameworks/build.ts'
import { type Gateway, startGateway } from '../../examples/gateway/node.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { openBrowser } from './stage.ts'

const login = { user: 'demo', password: 'swordfish' }
const TOKEN = 'a token for tests only'
const here = [requirePeer('sshd-login'), requirePeer('chromium')].every(Boolean)

describe.runIf(here)('pages that embed <ssh-terminal>', { timeout: 120_000 }, () => {
  let server: SshServer, pages: StaticServer, gateway: Gateway, browser: Browser
  beforeAll(async () => {
    server = await startSshd({ login, hostKeyTypes: ['ed25519'] })
    await buildPage()
    await buildFrameworks()
    pages = await startStaticServer(PAGES)
    gateway = await startGateway({ token: TOKEN, port: 0, allow: [`127.0.0.1:${server.port}`], origins: [new URL(pages.url).origin] })
    browser = await openBrowser()
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await gateway?.close()
    await pages?.[Symbol.asyncDispose]()
    await server?.stop()
  })

  test.each(FRAMEWORKS)('%s: attributes, properties and events arrive; a command runs', async (name) => {
    const page = await browser.newPage()
    page.setDefaultTimeout(60_000)
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()) })
    const query = new URLSearchParams({ gateway: gateway.url, host: '127.0.0.1', port: String(server.port), user: login.user })
    await page.goto(`${pages.url}${name}/index.html?${query}#${TOKEN}`)
    const form = page.locator('form.connection')
    await form.getByLabel('Password', { exact: true }).fill(login.password)
    await form.getByRole('button', { name: 'Connect', exact: true }).click()
    await page.getByRole('dialog', { name: 'Is this the right server?' }).or(page.getByRole('alertdialog', { name: 'Is this the right server?' })).getByRole('button', { name: 'Accept and remember' }).click()
    const shows = (source: string) => page.waitForFunction((text) => new RegExp(text, 'm').test(document.querySelector('ssh-terminal')?.screenText() ?? ''), source)
    await shows('[#$] *$')
    await page.locator('textarea.xterm-helper-textarea').focus()
    await page.keyboard.type('printf "\\033]2;from the server\\007"; echo "it is $((40 + 2))"\n')
    await shows('^it is 42$')
    await expect.poll(() => page.title()).toBe('from the server')
    await page.context().close()
    expect(complaints).toEqual([])
  })
})
