import { onAbort } from '../../abort/on-abort.ts'
import type { SftpPath } from '../../bindings/sftp/context.ts'
import type { SftpLimits } from '../protocol/limits.ts'
import { checkedFlow, type SftpFlowOptions } from '../transfer/flow.ts'
import { checkTransfer, type TransferProgress } from '../transfer/options.ts'
import type { SftpShared } from '../transfer/shared.ts'
import { checkTree, type DirectoryTransferOptions, type DirectoryTransferResult, type TreeEntry, type TreeRefusal } from './options.ts'
import { forEachParallel } from './parallel.ts'
import { Slots } from './slots.ts'

/** Options for the copy of a file. */
export interface CopyOptions extends SftpFlowOptions {
  readonly signal: AbortSignal
  readonly onProgress: (progress: TransferProgress) => void
  /** Whether nothing else has been in flight so far. */
  readonly alone: () => boolean
}

/** A file to copy. */
export interface Copying {
  /** Its path at the source. */
  readonly path: SftpPath
  /** `undefined` if the copy stays as it was. */
  copy(options: CopyOptions): Promise<TransferProgress | undefined>
}

/** The transfer of one tree: its shared state, and its results. */
export class TreeRun {
  readonly shared: SftpShared
  readonly options: DirectoryTransferOptions
  readonly signal: AbortSignal
  readonly slots: Slots
  readonly skipped: SftpPath[] = []
  readonly refused: TreeRefusal[] = []
  /** Run when all files are there, the last first: modes and times of directories, links. */
  readonly afterwards: (() => Promise<void>)[] = []

  constructor(shared: SftpShared, options: DirectoryTransferOptions, signal: AbortSignal, slots: Slots) {
    this.shared = shared
    this.options = options
    this.signal = signal
    this.slots = slots
  }

  /** Whether the caller wants it. */
  async wants(entry: TreeEntry): Promise<boolean> {
    return this.options.filter === undefined || await this.options.filter(entry)
  }
}

/** Files that share a packet, and the time until the server answers. Directories need handles too. */
function mostFiles({ maxOpenHandles }: SftpLimits): number {
  return maxOpenHandles === 0 ? 16 : Math.max(1, Math.min(64, maxOpenHandles >> 1))
}

/** Copies what `jobs` yields. A failure, in a file or while listing, stops all the rest before the call rejects. */
export async function transferTree(all: SftpShared, options: DirectoryTransferOptions, jobs: (run: TreeRun) => AsyncIterable<Copying>): Promise<DirectoryTransferResult> {
  checkTree(options)
  checkTransfer({ mode: options.mode, atomic: options.atomic })
  const { chunkSize, concurrency = all.flow.concurrency } = checkedFlow(options)
  // With one request at a time the whole tree shares one gate; otherwise each file has its own.
  const shared = options.concurrency === 1 ? all.with({ concurrency: 1 }) : all
  const flow: SftpFlowOptions = { chunkSize, ...options.concurrency !== 1 && { concurrency: options.concurrency } }
  const stop = new AbortController()
  const stopListening = onAbort(options.signal, () => stop.abort(options.signal?.reason))
  const limit = concurrency ?? mostFiles(all.limits)
  const run = new TreeRun(shared, options, stop.signal, new Slots(limit))
  const count = new TreeProgress(options)
  try {
    await forEachParallel(jobs(run), limit, (job) => run.slots.take(stop.signal, async (alone) => {
      const file = new FileProgress(count, job.path)
      try {
        const done = await job.copy({ ...flow, signal: stop.signal, alone, onProgress: ({ transferred }) => file.moved(transferred) })
        file.complete(done?.transferred)
      } finally {
        file.end()
      }
    }), (failure) => stop.abort(failure))
    for (const work of run.afterwards.reverse()) await work()
  } finally {
    stopListening()
  }
  return { ...count.result, skipped: run.skipped, refused: run.refused }
}

/** Adds up the progress of the files. */
class TreeProgress {
  readonly #options: DirectoryTransferOptions
  readonly result = { files: 0, transferred: 0, unchanged: 0 }

  constructor(options: DirectoryTransferOptions) {
    this.#options = options
  }

  tell(path: SftpPath): void {
    this.#options.onProgress?.({ files: this.result.files, transferred: this.result.transferred, path })
  }
}

/** A file, whose bytes count only once even if it is started again. */
class FileProgress {
  readonly #all: TreeProgress
  readonly #path: SftpPath
  #counted = 0
  #complete = false

  constructor(all: TreeProgress, path: SftpPath) {
    this.#all = all
    this.#path = path
  }

  moved(bytes: number): void {
    this.#count(bytes)
    this.#all.tell(this.#path)
  }

  complete(bytes: number | undefined): void {
    const { result } = this.#all
    this.#complete = true
    if (bytes === undefined) {
      result.unchanged += 1
      return
    }
    this.#count(bytes)
    result.files += 1
    this.#all.tell(this.#path)
  }

  /** What did not become complete does not count. */
  end(): void {
    if (!this.#complete) this.#count(0)
  }

  #count(bytes: number): void {
    this.#all.result.transferred += bytes - this.#counted
    this.#counted = bytes
  }
}
