import type { Browser, CDPSession, Page } from 'playwright-core'

/** Bytes of JavaScript's heap after a collection. */
export interface Heaps {
  readonly page: number
  readonly holder: number
}

/** Measures the heap of a page, and of the SharedWorker that holds its sessions. */
export class HeapMeter {
  readonly #page: CDPSession
  readonly #browser: CDPSession
  readonly #session: string
  readonly #waiting = new Map<number, (result: unknown) => void>()
  #last = 0

  private constructor(page: CDPSession, browser: CDPSession, session: string) {
    this.#page = page
    this.#browser = browser
    this.#session = session
    browser.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { id, result } = JSON.parse(message) as { id?: number, result?: unknown }
      if (id !== undefined) this.#waiting.get(id)?.(result)
    })
  }

  static async of(browser: Browser, page: Page): Promise<HeapMeter> {
    const devtools = await browser.newBrowserCDPSession()
    const { targetInfos } = await devtools.send('Target.getTargets')
    const worker = targetInfos.find(({ type }) => type === 'shared_worker')
    if (!worker) throw new Error('there is no SharedWorker')
    // Not flat: Playwright has no object for a worker of another target.
    const { sessionId } = await devtools.send('Target.attachToTarget', { targetId: worker.targetId, flatten: false })
    return new HeapMeter(await page.context().newCDPSession(page), devtools, sessionId)
  }

  #ofHolder(method: string): Promise<unknown> {
    const id = ++this.#last
    const answered = new Promise((resolve) => this.#waiting.set(id, resolve))
    return this.#browser.send('Target.sendMessageToTarget', { sessionId: this.#session, message: JSON.stringify({ id, method }) }).then(() => answered)
  }

  async measure(): Promise<Heaps> {
    await this.#page.send('HeapProfiler.collectGarbage')
    await this.#ofHolder('HeapProfiler.collectGarbage')
    const { usedSize } = await this.#page.send('Runtime.getHeapUsage')
    const holder = await this.#ofHolder('Runtime.getHeapUsage') as { readonly usedSize: number }
    return { page: usedSize, holder: holder.usedSize }
  }
}

/** Ends the SharedWorkers that hold the sessions, as a person does in the browser's task manager. */
export async function killHolders(browser: Browser): Promise<void> {
  const devtools = await browser.newBrowserCDPSession()
  const { targetInfos } = await devtools.send('Target.getTargets')
  const workers = targetInfos.filter(({ type }) => type === 'shared_worker')
  if (workers.length === 0) throw new Error('there is no SharedWorker')
  for (const { targetId } of workers) await devtools.send('Target.closeTarget', { targetId })
  await devtools.detach()
}
