import type { HolderApi, PageApi } from './messages.ts'
import { PROTOCOL } from './holder-names.ts'
import { calls, RemoteError } from './rpc.ts'
import { extendsSharedWorkers, startService } from './service-holder.ts'

export interface HolderLink {
  readonly api: HolderApi
  /** Other pages reach the same sessions. */
  readonly shared: boolean
  /** Name of the Web Lock that this page holds. */
  readonly lock: string
  end(): void
}

declare global {
  interface WorkerOptions {
    /** In Chromium 148: a SharedWorker lives on for a while when its last page has gone. Not in TypeScript's library yet. */
    extendedLifetime?: boolean
  }
}

/** Milliseconds that a worker has to start; if its file is missing, it may not report anything. */
const PATIENCE = 15_000
const EXTENDED: WorkerOptions = { extendedLifetime: true }
const ENDED = { name: 'Error', code: 'WORKER_ENDED', message: 'the worker has ended' } as const

/** Files on the page's origin. */
export interface HolderFiles {
  /** `holder.js`; `null`: the one beside this file, as bundlers find it. */
  readonly worker: string | URL | null
  /** `service-worker.js`, for browsers whose SharedWorkers end with a reload; empty: none. */
  readonly serviceWorker: string
}

/**
 * The worker with the sessions: one that all pages of this origin share, or one of this page alone.
 * @throws RemoteError `WORKER` if it does not start
 */
export async function startHolder(page: PageApi, { worker, serviceWorker }: HolderFiles, shared: boolean): Promise<HolderLink> {
  const lock = `libssh2-wasm-terminal:${crypto.randomUUID()}`
  await new Promise<void>((held) => {
    if (!navigator.locks) return held()
    void navigator.locks.request(lock, () => {
      held()
      return new Promise(() => {})
    })
  })
  if (!shared || typeof SharedWorker !== 'function') return startDedicated(page, worker, lock)
  if (serviceWorker !== '' && 'serviceWorker' in navigator && !extendsSharedWorkers()) {
    try {
      return await startInService(page, serviceWorker, lock)
    } catch (error) {
      // Private windows may have none; a file that is not there is the page's mistake. Only reloads need it.
      console.warn(`<ssh-terminal>: ${serviceWorker} cannot be the service worker, so a reload ends the session:`, error)
    }
  }
  return startShared(page, worker, lock)
}

async function startInService(page: PageApi, url: string, lock: string): Promise<HolderLink> {
  const service = await startService(url)
  const { port1, port2 } = new MessageChannel()
  service.attach(port2)
  const link = calls<HolderApi, PageApi>(port1, page)
  const end = () => {
    service.end()
    link.end(ENDED)
  }
  try {
    await started(null, link.theirs)
  } catch (error) {
    end()
    throw error
  }
  return { api: link.theirs, shared: true, lock, end }
}

async function startShared(page: PageApi, url: string | URL | null, lock: string): Promise<HolderLink> {
  // Chromium lets it live on during a reload (`extendedLifetime`). Bundlers look for exactly this code.
  const beside = () => new SharedWorker(new URL('./holder.js', import.meta.url), { type: 'module', name: 'libssh2-wasm-terminal-1', extendedLifetime: true })
  const worker = url === null ? beside() : new SharedWorker(url, { type: 'module', name: `libssh2-wasm-terminal-${PROTOCOL}`, ...EXTENDED })
  const link = calls<HolderApi, PageApi>(worker.port, page)
  await started(worker, link.theirs)
  return { api: link.theirs, shared: true, lock, end: () => link.end(ENDED) }
}

async function startDedicated(page: PageApi, url: string | URL | null, lock: string): Promise<HolderLink> {
  const worker = url === null ? new Worker(new URL('./holder.js', import.meta.url), { type: 'module' }) : new Worker(url, { type: 'module' })
  const { port1, port2 } = new MessageChannel()
  worker.postMessage('attach', [port2])
  const link = calls<HolderApi, PageApi>(port1, page)
  await started(worker, link.theirs)
  return { api: link.theirs, shared: false, lock, end: () => {
    link.end(ENDED)
    worker.terminate()
  } }
}

/** @param worker the one that reports errors; service workers report none here */
async function started(worker: AbstractWorker | null, api: HolderApi): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const failed = new Promise<never>((_, reject) => {
    const fail = (message: string) => reject(new RemoteError({ name: 'Error', code: 'WORKER', message }))
    worker?.addEventListener('error', (event) => fail((event as ErrorEvent).message || 'the worker could not be loaded'), { once: true })
    timer = setTimeout(() => fail('the worker did not start'), PATIENCE)
  })
  try {
    await Promise.race([api.probe(), failed])
  } finally {
    clearTimeout(timer)
    failed.catch(() => {})
  }
}
