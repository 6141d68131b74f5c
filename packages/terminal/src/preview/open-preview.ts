import type { HolderApi } from '../session/messages.ts'
import { type PreviewTarget, READY, SHELL } from './names.ts'

export interface PreviewOptions extends PreviewTarget {
  /** An origin that serves the package's preview files and nothing else: never the page's own, whose keys the previewed code could use. */
  readonly origin: string
  /** The first page, `/` by default. */
  readonly path?: string
}

/** Milliseconds until the window must have loaded. */
const PATIENCE = 30_000

/**
 * Opens a window in which the pages of a web server behind the SSH session are shown.
 * Call it from an event of the user: browsers block windows otherwise.
 * @throws TypeError if `origin` is the page's own. @throws Error if the window was blocked or its files are missing
 */
export async function openPreview(api: HolderApi, { origin: text, host, port, path = '/' }: PreviewOptions): Promise<void> {
  const { origin, protocol } = new URL(text)
  if (origin === location.origin || !/^https?:$/.test(protocol)) throw new TypeError('a preview needs an own origin: code of the previewed page could use the keys of this one')
  const shown = globalThis.open(`${origin}${SHELL}index.html`, '_blank')
  if (!shown) throw new Error('the browser has blocked the window of the preview')
  await ready(shown, origin)
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = ({ data, ports: [answer, stream] }) => {
    if (data !== 'open' || !answer || !stream) return
    api.openTcp(host, port, stream).then(() => answer.postMessage({ host, port } satisfies PreviewTarget), (error: unknown) => answer.postMessage({ error: error instanceof Error ? error.message : String(error) }))
  }
  shown.postMessage({ path }, origin, [port2])
}

function ready(shown: Window, origin: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error) => {
      clearTimeout(timer)
      removeEventListener('message', listen)
      if (error) reject(error)
      else resolve()
    }
    const listen = (event: MessageEvent) => { if (event.source === shown && event.origin === origin && event.data === READY) done() }
    const timer = setTimeout(() => done(new Error(`the preview’s own files do not answer at ${origin}${SHELL}`)), PATIENCE)
    addEventListener('message', listen)
  })
}
