import { chromium as driver } from 'playwright-core'
import puppeteer from 'puppeteer-core'
import { temporaryDirectory } from '../../support/temporary.ts'
import type { Runtime } from '../runtime.ts'
import { lacking } from './installed.ts'
import { startWebKit, webKitMissing } from './webkit.ts'

export interface Browser {
  readonly version: string
  open(url: string): Promise<unknown>
  close(): Promise<void>
}

async function startChromium(): Promise<Browser> {
  // Its sandbox needs another user than root.
  const browser = await driver.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'], timeout: START_LIMIT })
  return { version: browser.version(), open: async (url) => (await browser.newPage()).goto(url, { timeout: START_LIMIT }), close: () => browser.close() }
}

async function startFirefox(): Promise<Browser> {
  // It refuses a home that belongs to somebody else.
  const home = temporaryDirectory('firefox')
  try {
    const browser = await puppeteer.launch({ browser: 'firefox', executablePath: FIREFOX, headless: true, timeout: START_LIMIT, env: { ...process.env, HOME: home.path } })
    return {
      version: (await browser.version()).replace(/^\D*/, ''),
      open: async (url) => (await browser.newPage()).goto(url, { timeout: START_LIMIT }),
      async close() {
        await browser.close()
        home.remove()
      },
    }
  } catch (error) {
    home.remove()
    throw error
  }
}

/** Milliseconds that a browser may take to start, or to load a page, on a busy machine. */
const START_LIMIT = 120_000
const CHROMIUM = '/usr/bin/chromium'
const FIREFOX = '/usr/bin/firefox-esr'

/** In a page, and in a dedicated worker of a page. */
function browser(key: string, name: string, missing: () => string | undefined, launch: () => Promise<Browser>): Runtime[] {
  const runtime = (page: string, suffix: string, label: string): Runtime => ({
    key: key + suffix, name: name + label, missing,
    async start({ controller }) {
      const { version, open, close } = await launch()
      try {
        await open(`${controller}/${page}`)
      } catch (error) {
        await close()
        throw error
      }
      return { version, stop: close }
    },
  })
  return [runtime('page.html', '', ''), runtime('worker-page.html', '-worker', ' worker')]
}

/** The browsers, and what is missing to start one. */
export const launchers = {
  chromium: { name: 'Chromium', missing: () => lacking(CHROMIUM), launch: startChromium },
  firefox: { name: 'Firefox', missing: () => lacking(FIREFOX), launch: startFirefox },
  webkit: { name: 'WebKit', missing: webKitMissing, launch: startWebKit },
} as const satisfies Record<string, { readonly name: string, readonly missing: () => string | undefined, readonly launch: () => Promise<Browser> }>

export const browsers: readonly Runtime[] = Object.entries(launchers).flatMap(([key, { name, missing, launch }]) => browser(key, name, missing, launch))
