import { readdirSync } from 'node:fs'
import { freePort, portAccepts } from '../../support/port.ts'
import { startPeer } from '../../support/process.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { lacking } from './installed.ts'

const DRIVER = '/usr/bin/WebKitWebDriver'
const DISPLAY_SERVER = '/usr/bin/Xvfb'

/** Its small browser lies in a folder of the machine's architecture and of WebKitGTK's interface. */
function miniBrowser(): string | undefined {
  return readdirSync('/usr/lib', { recursive: false, withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name.endsWith('-linux-gnu'))
    .flatMap(({ name }) => readdirSync(`/usr/lib/${name}`).filter((folder) => folder.startsWith('webkit2gtk-')).map((folder) => `/usr/lib/${name}/${folder}/MiniBrowser`))
    .find((path) => lacking(path) === undefined)
}

export function webKitMissing(): string | undefined {
  return lacking(DRIVER, DISPLAY_SERVER) ?? (miniBrowser() ? undefined : 'WebKitGTK\'s MiniBrowser is not there (scripts/install-runtimes.sh)')
}

interface Answer<T> {
  readonly value: T & { readonly error?: string, readonly message?: string }
}

export interface WebKit {
  readonly version: string
  open(url: string): Promise<unknown>
  /** A command of the session (W3C WebDriver section 6.3); `path` comes after the session's id. */
  command<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<T>
  close(): Promise<void>
}

/** WebKitGTK by its own driver (W3C WebDriver over HTTP), on a display that nobody sees. */
export async function startWebKit(): Promise<WebKit> {
  const home = temporaryDirectory('webkit')
  const cleanups: (() => void | Promise<void>)[] = [() => home.remove()]
  const close = async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean()
  }
  try {
    const display = await startPeer(DISPLAY_SERVER, ['-displayfd', '1', '-screen', '0', '800x600x24', '-nolisten', 'tcp'])
    cleanups.push(display.stop)
    await display.logged(/^\d+\n/m, 30_000)
    const port = await freePort()
    const driver = await startPeer(DRIVER, [`--port=${port}`, '--host=127.0.0.1'], {
      env: { DISPLAY: `:${/^\d+$/m.exec(display.log())![0]}`, HOME: home.path, XDG_RUNTIME_DIR: home.path, GDK_BACKEND: 'x11', LIBGL_ALWAYS_SOFTWARE: '1', NO_AT_BRIDGE: '1' },
    })
    cleanups.push(driver.stop)
    await portAccepts(port, 30_000)
    const command = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, ...body !== undefined && { body: JSON.stringify(body) } })
      const { value } = await response.json() as Answer<T>
      if (!response.ok) throw new Error(`WebKitWebDriver: ${value.error}: ${value.message}\n${driver.log()}`)
      return value
    }
    const { sessionId, capabilities } = await command<{ sessionId: string, capabilities: { browserVersion: string } }>('POST', '/session', {
      capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary: miniBrowser(), args: ['--automation'] } } },
    })
    cleanups.push(() => command<void>('DELETE', `/session/${sessionId}`).catch(() => {}))
    const ofSession: WebKit['command'] = (method, path, body) => command(method, `/session/${sessionId}${path}`, body)
    return { version: capabilities.browserVersion, open: (url) => ofSession('POST', '/url', { url }), command: ofSession, close }
  } catch (error) {
    await close()
    throw error
  }
}
