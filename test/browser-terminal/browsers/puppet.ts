import puppeteer, { type Page, type Target, TargetType } from 'puppeteer-core'
import { temporaryDirectory } from '../../support/temporary.ts'
import type { Driven, Window } from './driven.ts'

const PROGRAMS = { chrome: ['Chromium', '/usr/bin/chromium'], firefox: ['Firefox', '/usr/bin/firefox-esr'] } as const
const LIMIT = 120_000
/** Chromium never ends a service worker that a debugger has attached to. */
const targetFilter = (target: Target) => target.type() !== TargetType.SERVICE_WORKER

/** Chromium by its own protocol, Firefox by WebDriver BiDi. */
export async function startPuppet(browser: keyof typeof PROGRAMS): Promise<Driven> {
  const [name, executablePath] = PROGRAMS[browser]
  // Firefox refuses a home that belongs to somebody else; Chromium's sandbox needs another user than root.
  const home = temporaryDirectory(browser)
  const started = await puppeteer.launch({ browser, executablePath, headless: true, targetFilter, timeout: LIMIT, protocolTimeout: LIMIT, args: browser === 'chrome' ? ['--no-sandbox', '--disable-dev-shm-usage'] : [], env: { ...process.env, HOME: home.path } })
  const [blank] = await started.pages()
  return {
    name, version: (await started.version()).replace(/^\D*/, ''), first: windowOf(blank ?? await started.newPage()),
    another: async () => windowOf(await started.newPage()),
    async [Symbol.asyncDispose]() {
      await started.close()
      home.remove()
    },
  }
}

function windowOf(page: Page): Window {
  // Leaving a page with a running shell asks.
  page.on('dialog', (dialog) => void dialog.accept().catch(() => {}))
  return {
    goto: async (url) => void await page.goto(url, { timeout: LIMIT }),
    close: () => page.close(),
    toFront: () => page.bringToFront(),
    reload: async () => void await page.reload({ timeout: LIMIT }),
    run: <T>(body: string, ...values: readonly unknown[]) => page.evaluate(`(async (...args) => { ${body} })(...${JSON.stringify(values)})`) as Promise<T>,
    async type(text) {
      await page.bringToFront()
      for (const character of text) await (character === '\n' ? page.keyboard.press('Enter') : page.keyboard.type(character))
    },
  }
}
