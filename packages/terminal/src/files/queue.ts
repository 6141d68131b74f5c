import type { TransferProgress } from 'libssh2-wasm'
import type { Transfer } from '../session/messages.ts'
import { describe } from '../session/rpc.ts'

export interface Job {
  readonly signal: AbortSignal
  readonly onProgress: (progress: Pick<TransferProgress, 'transferred' | 'total'>) => void
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
interface Entry {
  readonly about: Mutable<Transfer>
  readonly controller: AbortController
}

/** Transfers that run at once: more would only share the same link. */
const WIDTH = 2
/** Milliseconds: a page need not be updated more often than people can see. */
const INTERVAL = 200

/** Runs transfers a few at a time, and reports their progress. */
export class TransferQueue {
  readonly #changed: (transfers: readonly Transfer[]) => void
  readonly #entries: Entry[] = []
  readonly #waiting: (() => void)[] = []
  #running = 0
  #last = 0
  #told = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(changed: (transfers: readonly Transfer[]) => void) {
    this.#changed = changed
  }

  get transfers(): readonly Transfer[] {
    return this.#entries.map(({ about }) => ({ ...about }))
  }

  /** Rejects like `work`; a transfer that is cancelled while it waits is never started. */
  async run<T>({ direction, name, total }: Pick<Transfer, 'direction' | 'name' | 'total'>, work: (job: Job) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    const { signal } = controller
    const about: Mutable<Transfer> = { id: ++this.#last, direction, name, state: 'waiting', transferred: 0, total, speed: 0, outcome: '' }
    this.#entries.unshift({ about, controller })
    this.#tell()
    try {
      await this.#turn(signal)
    } catch (error) {
      this.#end(about, 'cancelled', 'Cancelled before it began. Nothing was changed.')
      throw error
    }
    const started = performance.now()
    let first: number | undefined
    about.state = 'running'
    this.#tell()
    try {
      const result = await work({ signal, onProgress: ({ transferred, total: all }) => {
        first ??= transferred
        about.transferred = transferred
        about.total = all ?? about.total
        about.speed = Math.round((transferred - first) * 1000 / Math.max(1, performance.now() - started))
        this.#tell(false)
      } })
      this.#end(about, 'done', '')
      return result
    } catch (error) {
      const { message, code } = describe(error)
      this.#end(about, code === 'CANCELLED' ? 'cancelled' : 'failed', code === 'CANCELLED' ? message : '')
      if (code !== 'CANCELLED') about.outcome = message
      this.#tell()
      throw error
    } finally {
      this.#running--
      this.#waiting.shift()?.()
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    if (this.#running < WIDTH) {
      this.#running++
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const go = () => {
        this.#running++
        resolve()
      }
      this.#waiting.push(go)
      signal.addEventListener('abort', () => {
        const at = this.#waiting.indexOf(go)
        if (at >= 0) this.#waiting.splice(at, 1)
        reject(signal.reason)
      }, { once: true })
    })
  }

  #end(about: Mutable<Transfer>, state: Transfer['state'], outcome: string): void {
    about.state = state
    about.outcome = outcome
    this.#tell()
  }

  #tell(now = true): void {
    const due = this.#told + INTERVAL - performance.now()
    if (!now && due > 0) {
      this.#timer ??= setTimeout(() => this.#tell(), due)
      return
    }
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#told = performance.now()
    this.#changed(this.transfers)
  }

  cancel(id: number, reason: unknown): void {
    this.#entries.find(({ about }) => about.id === id)?.controller.abort(reason)
  }

  /** Removes a finished one from the list. */
  dismiss(id: number): void {
    const at = this.#entries.findIndex(({ about }) => about.id === id && !['waiting', 'running'].includes(about.state))
    if (at >= 0) this.#entries.splice(at, 1)
    this.#tell()
  }
}
