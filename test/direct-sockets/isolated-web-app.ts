import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { serve } from '../bundlers/web-server.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** An Isolated Web App in Chromium: the only kind of page that may have Direct Sockets. */
export interface IsolatedWebApp extends AsyncDisposable {
  readonly page: Page
}

/** A black square, as PNG. */
const ICON = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAJAAAACQAQAAAADPPd8VAAAAGklEQVR42u3BMQEAAADCoPVPbQ0PoAAA4NcACrAAATGZd3oAAAAASUVORK5CYII=', 'base64')

/** What the app may do: TCP, to addresses of the local network too. */
const MANIFEST = {
  name: 'SSH', short_name: 'SSH', version: '1.0.0', id: '/', start_url: '/', scope: '/', display: 'standalone', isolated_storage: true,
  permissions_policy: { 'cross-origin-isolated': ['self'], 'direct-sockets': ['self'], 'direct-sockets-private': ['self'], 'local-network': ['self'], 'loopback-network': ['self'] },
  icons: [{ src: '/icon.png', sizes: '144x144', type: 'image/png', purpose: 'any' }],
}

/** Installs the page in `folder` as an app, in a new profile, and opens it. `settings` are at /settings.json. */
export async function openIsolatedWebApp(folder: string, settings: object): Promise<IsolatedWebApp> {
  mkdirSync(join(folder, '.well-known'), { recursive: true })
  writeFileSync(join(folder, '.well-known/manifest.webmanifest'), JSON.stringify(MANIFEST))
  writeFileSync(join(folder, 'icon.png'), ICON)
  const web = await serve(folder, settings)
  const profile = temporaryDirectory('isolated-web-app')
  const context = await chromium.launchPersistentContext(profile.path, {
    executablePath: '/usr/bin/chromium', timeout: 120_000,
    // Its sandbox needs another user than root.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--enable-features=IsolatedWebApps,IsolatedWebAppDevMode,DirectSockets', `--install-isolated-web-app-from-url=${new URL(web.url).origin}`],
  })
  try {
    const internals = await context.newPage()
    const origin = await eventually(async () => {
      await internals.goto('chrome://web-app-internals')
      await internals.getByText('Installed Dev Mode IWAs').waitFor()
      const [found] = /isolated-app:\/\/[a-z0-9]+/.exec(await internals.locator('body').innerText()) ?? []
      if (found === undefined) throw new Error('the app has not been installed')
      return found
    })
    const page = await context.newPage()
    // A person would be asked for this.
    const devtools = await context.newCDPSession(page)
    for (const permission of ['localNetworkAccess', 'loopbackNetwork']) await devtools.send('Browser.grantPermissions', { origin, permissions: [permission as 'midi'] })
    await page.goto(`${origin}/`)
    return { page, [Symbol.asyncDispose]: end }
  } catch (error) {
    await end()
    throw error
  }

  async function end(): Promise<void> {
    await context.close()
    await web.stop()
    profile.remove()
  }
}
