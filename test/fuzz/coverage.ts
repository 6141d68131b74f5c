import { type Profiler, Session } from 'node:inspector'
import { fileURLToPath } from 'node:url'

const SOURCES = new URL('../../src/', import.meta.url).href

/** Blocks of src/ that were run, by V8's own precise coverage. */
export class Coverage {
  readonly #session = new Session()
  /** Files of src/ that were loaded, each with its blocks and whether they were run. */
  readonly files = new Map<string, Map<string, boolean>>()

  constructor() {
    this.#session.connect()
    this.#post('Profiler.enable')
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  /** Forgets what ran since the last call. */
  reset(): void {
    this.#post('Profiler.takePreciseCoverage')
  }

  /** What ran since the last call: each block with how often, as a power of two. */
  blocks(): string[] {
    const ran: string[] = []
    for (const { url, functions } of this.#take()) {
      const known = this.#blocks(url)
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          const block = `${startOffset}-${endOffset}`
          known.set(block, count > 0 || (known.get(block) ?? false))
          if (count > 0) ran.push(`${url} ${block} ${Math.floor(Math.log2(count))}`)
        }
      }
    }
    return ran
  }

  #blocks(url: string): Map<string, boolean> {
    const file = fileURLToPath(url).slice(fileURLToPath(SOURCES).length)
    if (!this.files.has(file)) this.files.set(file, new Map())
    return this.files.get(file)!
  }

  #take(): Profiler.ScriptCoverage[] {
    const { result } = this.#post('Profiler.takePreciseCoverage') as Profiler.TakePreciseCoverageReturnType
    return result.filter(({ url }) => url.startsWith(SOURCES))
  }

  /** The inspector of this thread answers at once. */
  #post(method: string, parameters = {}): unknown {
    let answer: unknown
    let failure: Error | null = null
    this.#session.post(method, parameters, (error, result) => { failure = error; answer = result })
    if (failure) throw failure as Error
    return answer
  }
}
