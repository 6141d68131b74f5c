import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import { startGateway, type Gateway } from '../../examples/gateway/node.ts'
import { buildPage, PAGE, PREVIEW } from '../../examples/browser-terminal/server/build.ts'
import { startStaticServer, type StaticOptions, type StaticServer } from '../../examples/browser-terminal/server/static-server.ts'
import { freePort } from '../support/port.ts'
import { TerminalPage } from './terminal-page.ts'

const CHROMIUM = '/usr/bin/chromium'
const TOKEN = 'a token for tests only'

/** The built page, a gateway that can be restarted at its port, and Chromium. */
export interface Stage extends AsyncDisposable {
  /** The one that the gateway wants. */
  readonly token: string
  readonly browser: Browser
  readonly gatewayPort: number
  /** Of the page, with a slash at its end. */
  readonly url: string
  /** A page of a new, empty profile, whose form is filled for `target`. `at`: the URL of another server of the page. */
  open(target: { readonly port: number, readonly user: string }, options?: Parameters<Browser['newContext']>[0] & { readonly hostname?: 'localhost', readonly at?: string }): Promise<TerminalPage>
  /** The same page, whose own gateway is at another port: that of a wire before it. `folder`: a copy of the page. */
  serve(gatewayPort: number, options?: Pick<StaticOptions, 'persist' | 'serviceWorker'> & { readonly folder?: string }): Promise<StaticServer>
  stopGateway(): Promise<void>
  startGateway(): Promise<void>
}

/** Chromium of the machine; in a container, root cannot use its sandbox. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}

/** @param ports of 127.0.0.1 that the gateway allows */
export async function openStage(ports: readonly number[]): Promise<Stage> {
  await buildPage()
  const port = await freePort()
  const preview = await startStaticServer(PREVIEW, { policy: null })
  const server = await startStaticServer(PAGE, { gateway: `ws://127.0.0.1:${port}`, preview: new URL(preview.url).origin })
  const origins = [server.url, server.url.replace('127.0.0.1', 'localhost')].map((url) => new URL(url).origin)
  let gateway: Gateway | undefined
  const restart = async () => { gateway = await startGateway({ token: TOKEN, port, allow: ports.map((allowed) => `127.0.0.1:${allowed}`), origins }) }
  await restart()
  const browser = await openBrowser()
  const contexts: BrowserContext[] = []
  return {
    token: TOKEN,
    url: server.url,
    browser,
    gatewayPort: port,
    async open(target, { hostname = '127.0.0.1', at = server.url, ...options } = {}) {
      const context = await browser.newContext({ colorScheme: 'dark', ...options })
      contexts.push(context)
      const form = new URLSearchParams({ gateway: `ws://127.0.0.1:${port}`, token: TOKEN, host: '127.0.0.1', port: String(target.port), user: target.user })
      const page = new TerminalPage(await context.newPage())
      await page.goTo(`${at.replace('127.0.0.1', hostname)}#${form}`)
      return page
    },
    serve: async (gatewayPort, { folder = PAGE, ...options } = {}) => {
      const page = await startStaticServer(folder, { gateway: `ws://127.0.0.1:${gatewayPort}`, ...options })
      origins.push(new URL(page.url).origin)
      await gateway?.close()
      await restart()
      return page
    },
    stopGateway: async () => gateway?.close(),
    startGateway: restart,
    async [Symbol.asyncDispose]() {
      for (const context of contexts) await context.close()
      await browser.close()
      await gateway?.close()
      await server[Symbol.asyncDispose]()
      await preview[Symbol.asyncDispose]()
    },
  }
}
