import { readdirSync } from 'node:fs'
import type { Sample } from './job.ts'

/** They come and go with every I/O. */
const TRANSIENT = new Set(['Immediate', 'FSReqCallback', 'FSReqPromise', 'TickObject', 'CloseReq', 'WriteWrap', 'ShutdownWrap', 'TCPConnectWrap'])
const collect = (globalThis as { gc?: () => void }).gc ?? (() => {})

export const held = () => ({
  descriptors: readdirSync('/proc/self/fd').length,
  handles: process.getActiveResourcesInfo().filter((kind) => !TRANSIENT.has(kind)).length,
})

/** Samples the process when asked and the time has come, so that a case says at which points of its work. */
export class Sampler {
  readonly #every: number
  readonly #tell: (sample: Omit<Sample, 'serverSessions'>) => void
  #first: number | undefined
  #next = 0
  #webAssembly = () => 0

  constructor(every: number, tell: (sample: Omit<Sample, 'serverSessions'>) => void) {
    this.#every = every
    this.#tell = tell
  }

  /** Where the size of WebAssembly memory comes from. */
  watch(sizes: () => number): void {
    this.#webAssembly = sizes
  }

  tick(): void {
    const now = performance.now()
    if (now < this.#next) return
    this.#first ??= now
    // Garbage is not held.
    collect()
    const { rss, heapUsed } = process.memoryUsage()
    this.#tell({ at: (now - this.#first) / 1000, resident: rss, webAssembly: this.#webAssembly(), javaScript: heapUsed, ...held() })
    this.#next = performance.now() + this.#every
  }
}
