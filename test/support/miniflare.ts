/// Workers with what the platform puts around them: R2, cron triggers and Durable Objects with storage on disk. Miniflare simulates these; the Worker runs in
/// workerd, the platform's runtime.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { R2Bucket } from '@cloudflare/workers-types'
import { miniflarePath } from './require-peer.ts'

export interface MiniflareOptions {
  /** Absolute paths of its modules, the entry first; a `.wasm` is a compiled module, as on the platform. */
  readonly modules: readonly string[]
  /** Text bindings. */
  readonly bindings: Readonly<Record<string, string>>
  readonly r2Buckets?: readonly string[]
  /** Durable Objects: the binding, and the class of the main module. */
  readonly durableObjects?: Readonly<Record<string, string>>
  readonly flags?: readonly string[]
  /** A folder: what the buckets and objects hold stays there for the next start. Default: it is gone with this one. */
  readonly persist?: string
}

export interface Simulated extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** Fires the cron trigger. @returns `ok`, or how the run failed */
  cron(): Promise<string>
  bucket(binding: string): Promise<R2Bucket>
  /** Ends workerd at once. */
  stop(): Promise<void>
}

/** The part of miniflare's module that is used. */
interface Miniflare {
  readonly ready: Promise<URL>
  getWorker(): Promise<{ scheduled(options: { cron: string }): Promise<{ outcome: string }> }>
  getR2Bucket(binding: string): Promise<R2Bucket>
  dispose(): Promise<void>
}

/** requirePeer('miniflare'). */
export async function startMiniflare({ modules, bindings, r2Buckets = [], durableObjects = {}, flags = [], persist }: MiniflareOptions): Promise<Simulated> {
  const { Miniflare } = await import(miniflarePath) as { Miniflare: new (options: object) => Miniflare }
  const miniflare = new Miniflare({
    name: 'main', host: '127.0.0.1', port: 0, cf: false,
    modules: modules.map((path) => path.endsWith('.wasm') ? { type: 'CompiledWasm', path: basename(path), contents: readFileSync(path) } : { type: 'ESModule', path: basename(path), contents: readFileSync(path, 'utf8') }),
    compatibilityDate: '2026-01-01', compatibilityFlags: flags, bindings, r2Buckets,
    durableObjects: Object.fromEntries(Object.entries(durableObjects).map(([binding, className]) => [binding, { className, useSQLite: true }])),
    ...persist !== undefined && { r2Persist: `${persist}/r2`, durableObjectsPersist: `${persist}/objects` },
  })
  const stop = () => miniflare.dispose()
  try {
    const url = (await miniflare.ready).origin
    return {
      url, stop, [Symbol.asyncDispose]: stop,
      cron: async () => (await (await miniflare.getWorker()).scheduled({ cron: '*/15 * * * *' })).outcome,
      bucket: (binding) => miniflare.getR2Bucket(binding),
    }
  } catch (error) {
    await stop()
    throw error
  }
}
