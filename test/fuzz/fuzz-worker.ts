// A thread that fuzzes the parsers for some time, coverage guiding it, and tells what it found. What it is at lies in shared memory: a run that does
// not come back is seen from outside.
import { parentPort, workerData } from 'node:worker_threads'
import { seededRandom } from '../support/random.ts'
import { Coverage } from './coverage.ts'
import { mutate } from './mutate.ts'
import { corpusFile, readCorpus, regressionFile } from './packed-corpus.ts'
import type { Target } from './target.ts'
import { failureOf, targets } from './targets.ts'

export interface FuzzData { readonly seconds: number, readonly seed: number, readonly only: readonly string[], readonly current: SharedArrayBuffer }
export interface Finding { readonly target: string, readonly input: Uint8Array, readonly error: string }
export interface TargetReport { readonly target: string, readonly runs: number, readonly corpus: readonly Uint8Array[] }
export interface FuzzReport {
  readonly targets: readonly TargetReport[]
  readonly findings: readonly Finding[]
  readonly files: readonly (readonly [file: string, blocks: number, run: number])[]
  readonly cpuSeconds: number
}

/** No input of at most 8 kB needs more CPU, unless its target says so. */
const LONGEST_SECONDS = 5
/** Runs between two looks at the coverage, which cost more than a run. */
const BATCH = 25
/** Of a target, before it is the next one's turn. */
const TURN_SECONDS = 5

const { seconds, seed, only, current } = workerData as FuzzData
const random = seededRandom(seed)
const coverage = new Coverage()
const findings: Finding[] = []

/** A block without how often it ran. */
const place = (block: string): string => block.slice(0, block.lastIndexOf(' '))

class Campaign {
  readonly corpus: Uint8Array[] = []
  runs = 0
  readonly target: Target
  readonly words: readonly Uint8Array[]
  readonly #failures = new Set<string>()
  readonly #own = new Set<string>()
  readonly #places = new Set<string>()

  constructor(target: Target) {
    this.target = target
    this.words = (target.words ?? []).map((word) => new TextEncoder().encode(word))
  }

  async begin(): Promise<void> {
    for (const input of [new Uint8Array(), ...readCorpus(corpusFile(this.target.name)), ...readCorpus(regressionFile(this.target.name))]) await this.#keepIfNew(input)
    if (this.corpus.length === 0) this.corpus.push(new Uint8Array())
  }

  /** Some runs; those that reach something new are kept. */
  async batch(): Promise<void> {
    const inputs = Array.from({ length: BATCH }, () => mutate(random, random.pick(this.corpus), random.pick(this.corpus), this.words))
    coverage.reset()
    for (const input of inputs) await this.#run(input)
    // How often a block ran in all of them says nothing of one.
    if (coverage.blocks().every((block) => this.#places.has(place(block))) && random.below(8) > 0) return
    for (const input of inputs) await this.#keepIfNew(input)
  }

  /** Few and small inputs that run every block that the corpus runs. */
  async smallest(): Promise<Uint8Array[]> {
    const reached = new Set<string>()
    const kept: Uint8Array[] = []
    for (const input of [...this.corpus].sort((a, b) => a.length - b.length)) {
      coverage.reset()
      await this.#run(input)
      const fresh = coverage.blocks().map(place).filter((block) => !reached.has(block))
      for (const block of fresh) reached.add(block)
      if (fresh.length > 0) kept.push(input)
    }
    return kept
  }

  async #keepIfNew(input: Uint8Array): Promise<void> {
    coverage.reset()
    await this.#run(input)
    const blocks = coverage.blocks()
    const fresh = blocks.filter((block) => !this.#own.has(block))
    for (const block of fresh) {
      this.#own.add(block)
      this.#places.add(place(block))
    }
    if (fresh.length > 0) this.corpus.push(input)
  }

  async #run(input: Uint8Array): Promise<void> {
    const view = new Uint8Array(current)
    const shown = input.subarray(0, view.length - 8)
    new Uint32Array(current, 0, 2).set([targets.indexOf(this.target), shown.length])
    view.set(shown, 8)
    const before = process.cpuUsage()
    const error = await failureOf(this.target, input)
    this.runs++
    const { user } = process.cpuUsage(before)
    const failure = error !== undefined ? error instanceof Error ? error.stack ?? error.message : 'something that is no error was thrown' : user > (this.target.longest ?? LONGEST_SECONDS) * 1e6 ? `took ${(user / 1e6).toFixed(1)} s of CPU` : undefined
    if (failure === undefined) return
    const kind = failure.split('\n').slice(0, 3).join('\n')
    if (this.#failures.has(kind)) return
    this.#failures.add(kind)
    findings.push({ target: this.target.name, input, error: failure })
    parentPort!.postMessage({ finding: findings.at(-1) })
  }
}

const campaigns = targets.filter(({ name }) => only.length === 0 || only.includes(name)).map((target) => new Campaign(target))
for (const campaign of campaigns) await campaign.begin()
const end = Date.now() + seconds * 1000
for (let turn = 0; Date.now() < end; turn++) {
  const turnEnd = Math.min(end, Date.now() + TURN_SECONDS * 1000)
  while (Date.now() < turnEnd) await campaigns[turn % campaigns.length]!.batch()
}
const reports: TargetReport[] = []
for (const campaign of campaigns) reports.push({ target: campaign.target.name, runs: campaign.runs, corpus: await campaign.smallest() })
const { user, system } = process.cpuUsage()
const report: FuzzReport = {
  targets: reports,
  findings,
  files: [...coverage.files].map(([file, blocks]) => [file, blocks.size, [...blocks.values()].filter(Boolean).length] as const).sort(),
  cpuSeconds: (user + system) / 1e6,
}
parentPort!.postMessage({ report })
