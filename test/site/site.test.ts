import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SETTINGS } from '../../packages/gateway/src/cli/settings.ts'
import { openBrowser } from '../browser-terminal/stage.ts'
import { packTarballs } from '../support/packed-tarballs.ts'
import { freePort } from '../support/port.ts'
import { type Peer, startPeer } from '../support/process.ts'
import { requirePeer } from '../support/require-peer.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { serveSite, type SiteServer } from './site-server.ts'

/** SITE=full (npm run site:test): the whole reference; otherwise that of one small entry. */
const full = process.env.SITE === 'full'
const project = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const HTML = project('build/site/html')
const REFERENCE = full ? '/reference/libssh2-wasm/functions/connect' : '/reference/functions/signMessage'
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8')
const login = { user: 'demo', password: 'swordfish' }
const here = [requirePeer('chromium'), requirePeer('sshd-login')].every(Boolean)

let built = ''
beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['site/build.mjs', ...full ? [] : ['--short']], { cwd: project('.'), maxBuffer: 1 << 26 })
  built = stdout
}, 600_000)

test('the build says that no link is dead', () => {
  const [, pages, links] = /site: (\d+) pages, (\d+) links, 0 dead/.exec(built) ?? []
  expect(Number(pages)).toBeGreaterThan(full ? 600 : 60)
  expect(Number(links)).toBeGreaterThan(1000)
})

test('has no code that makes code of text, and no address of a third party that is loaded', () => {
  for (const path of readdirSync(HTML, { recursive: true, encoding: 'utf8' })) {
    if (path.endsWith('.js')) expect(/\beval\(|\bnew Function\(/.exec(readFileSync(`${HTML}/${path}`, 'utf8'))?.[0], path).toBeUndefined()
    if (path.endsWith('.html')) expect(/<(?:script|img|iframe)[^>]*\ssrc="(?:https?:)?\/\/|<link[^>]*rel="(?:stylesheet|preload|modulepreload)"[^>]*href="(?:https?:)?\/\//.exec(readFileSync(`${HTML}/${path}`, 'utf8'))?.[0], path).toBeUndefined()
  }
})

describe.runIf(here)('in Chromium', { timeout: 120_000 }, () => {
  let site: SiteServer, browser: Browser
  const complaints: string[] = []
  beforeAll(async () => {
    site = await serveSite(HTML)
    browser = await openBrowser()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await site?.[Symbol.asyncDispose]()
  })

  async function withPage(options: Parameters<Browser['newContext']>[0], use: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    page.setDefaultTimeout(60_000)
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()) })
    page.on('request', (request) => { if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(site.url)) complaints.push(`asked for ${request.url()}`) })
    try {
      await use(page)
    } finally {
      await context.close()
    }
    expect(complaints.splice(0)).toEqual([])
  }

  /** The page has become one of Vue's: its buttons work. */
  const opened = async (page: Page, path: string) => {
    await page.goto(`${site.url}${path}`, { waitUntil: 'networkidle' })
    await page.waitForFunction(() => '__vue_app__' in (document.querySelector('#app') ?? {}))
  }

  const widths = [['at 1280 px', { width: 1280, height: 900 }], ['at 390 px', { width: 390, height: 844 }]] as const
  describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
    test.each(widths)('%s: axe finds nothing, and nothing is wider than the window', async (name, viewport) => {
      await withPage({ colorScheme, viewport, reducedMotion: 'reduce' }, async (page) => {
        for (const path of ['/', '/introduction', '/guides/recipes', '/docs/errors', '/guides/comparison', REFERENCE]) {
          await opened(page, path)
          expect(await page.evaluate(() => document.documentElement.classList.contains('dark'))).toBe(colorScheme === 'dark')
          if (path === '/') await page.getByRole('button', { name: 'Play', disabled: false }).waitFor()
          if (process.env.SITE_SCREENSHOTS) await page.screenshot({ path: `${process.env.SITE_SCREENSHOTS}/${colorScheme}-${viewport.width}-${path.replace(/\W+/g, '-')}.png`, fullPage: path === '/' })
          expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), path).toBe(0)
          if (path === '/guides/comparison' && viewport.width >= 1280) expect(await page.evaluate(() => [...document.querySelectorAll('.vp-doc table')].map((table) => table.scrollWidth - table.clientWidth)), 'its table is not cut').toEqual([0])
          // As text: the site's policy allows no script of another place, and a debugger is none.
          await page.evaluate(axe)
          const violations = await page.evaluate(async () => {
            const { violations } = await (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string, nodes: { html: string }[] }[] }> } }).axe.run()
            return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 150)).join(' ')}`)
          })
          expect(violations, `${path} ${name}`).toEqual([])
        }
      })
    })
  })

  /** By keyboard alone: opens the search, types, and takes the first result. */
  async function search(page: Page, query: string): Promise<void> {
    await page.keyboard.press('Control+k')
    await page.locator('.VPLocalSearchBox input').waitFor()
    await page.keyboard.type(query)
    await page.locator('.VPLocalSearchBox .result').first().waitFor()
  }

  test('the search finds an error code, a guide and a name of the reference, by keyboard', async () => {
    await withPage({ reducedMotion: 'reduce' }, async (page) => {
      await opened(page, '/guides/sftp')
      await search(page, 'ERR_HOST_KEY_CHANGED')
      await page.locator('.VPLocalSearchBox .result', { hasText: 'Error codes' }).first().waitFor()
      await page.keyboard.press('Escape')
      await search(page, 'jump host')
      await page.locator('.VPLocalSearchBox .result', { hasText: /jump/i }).first().waitFor()
      await page.keyboard.press('Escape')
      const name = REFERENCE.replace(/.*\//, '')
      await search(page, name)
      await page.locator('.VPLocalSearchBox .result', { hasText: `${name}()` }).first().waitFor()
      await page.keyboard.press('Escape')
      // The words of a heading find it first, and not a list in which all words are.
      await search(page, 'Follow a log, and come back after a cut')
      await page.locator('.VPLocalSearchBox .result.selected', { hasText: 'Follow a log' }).waitFor()
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/guides\/recipes/)
    })
  })

  test('the theme can be changed, and stays', async () => {
    await withPage({ colorScheme: 'light', viewport: { width: 1280, height: 900 } }, async (page) => {
      await opened(page, '/guides/sftp')
      await page.getByRole('switch').first().press('Enter')
      await page.waitForFunction(() => document.documentElement.classList.contains('dark'))
      await opened(page, '/guides/tunnels')
      expect(await page.evaluate(() => document.documentElement.classList.contains('dark'))).toBe(true)
    })
  })

  test('the recorded session plays to its end, without a gateway', async () => {
    await withPage({ viewport: { width: 1280, height: 900 } }, async (page) => {
      await opened(page, '/')
      // Its last screen, which begins empty: earlier ones may be gone before this process has its turn.
      await page.waitForFunction(() => {
        const screen = (document.querySelector('.try-it .xterm-rows') as HTMLElement | null)?.innerText ?? ''
        return screen.includes('seq 1 60') && /exit\s*$/.test(screen)
      })
      await page.getByRole('button', { name: 'Play' }).waitFor()
    })
  })

  test('the commands of the first page, pasted, run the reader\'s own gateway, and the terminal logs in through it', async () => {
    using folder = temporaryDirectory('my-gateway')
    const tarballs = packTarballs()
    const server = await startSshd({ login, hostKeyTypes: ['ed25519'] })
    const context = await browser.newContext()
    let gateway: Peer | undefined
    try {
      const page = await context.newPage()
      page.setDefaultTimeout(60_000)
      await opened(page, '/')
      const commands = await page.locator('.try-it pre.commands').innerText()
      // Nothing to change but the server: this machine's port 22 and the gateway's own port may be taken.
      expect(commands).toContain('--allow 127.0.0.1:22 ')
      expect(commands).toContain(`--origin ${site.url}`)
      const port = await freePort()
      const pasted = tarballs.offline(commands.trim().replace('127.0.0.1:22', `127.0.0.1:${server.port}`)).replace(/^npx .*$/m, `exec $& --port ${port}`)
      gateway = await startPeer('sh', ['-ec', pasted], { cwd: folder.path })
      await gateway.logged(/listening on \S+/, 60_000)
      const token = /^[0-9a-f]{32}$/m.exec(gateway.log())?.[0] as string

      await page.getByRole('button', { name: 'Open a terminal here' }).press('Enter')
      const form = page.locator('form.connection')
      const address = form.getByLabel('Address', { exact: true })
      await address.or(form.getByText('Gateway and jump hosts')).first().waitFor()
      if (!await address.isVisible()) await form.getByText('Gateway and jump hosts').click()
      expect(await address.inputValue()).toBe('ws://127.0.0.1:8022')
      expect(SETTINGS.port.help).toBe('(8022)')
      await address.fill(`ws://127.0.0.1:${port}`)
      await form.getByLabel('Token', { exact: true }).fill(token)
      await form.getByLabel('Host', { exact: true }).fill('127.0.0.1')
      await form.getByLabel('Port', { exact: true }).fill(String(server.port))
      await form.getByLabel(/^User/).fill(login.user)
      await form.getByLabel('Password', { exact: true }).fill(login.password)
      await form.getByRole('button', { name: 'Connect', exact: true }).click()
      await page.getByRole('alertdialog', { name: 'Is this the right server?' }).or(page.getByRole('dialog', { name: 'Is this the right server?' })).getByRole('button', { name: 'Accept and remember' }).click()
      const shows = (source: string) => page.waitForFunction((text) => new RegExp(text, 'm').test((document.querySelector('ssh-terminal') as unknown as { screenText(): string })?.screenText() ?? ''), source)
      await shows('[#$] *$')
      await page.locator('ssh-terminal textarea.xterm-helper-textarea').focus()
      await page.keyboard.type('echo "it is $((40 + 2))"\n')
      await shows('^it is 42$')
    } finally {
      await context.close()
      await gateway?.stop()
      await server.stop()
      tarballs.remove()
    }
  }, 240_000)
})
