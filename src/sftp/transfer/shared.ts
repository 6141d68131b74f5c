import { checkSignal } from '../../abort/on-abort.ts'
import { Gate } from '../protocol/gate.ts'
import type { SftpAttributes } from '../../bindings/sftp/attributes.ts'
import { shownPath } from '../../errors/sftp-refusal.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { orAbort } from '../../abort/or-abort.ts'
import { EVERY_SERVER, type SftpLimits } from '../protocol/limits.ts'
import { type RemoteHandle, SftpRequests, type Signal } from '../protocol/requests.ts'
import { checkedFlow, type SftpFlowOptions } from './flow.ts'
import { ReadPipeline, type ReadRange } from './read-pipeline.ts'
import { type TransferBudget, TransferWindow } from './window.ts'
import { WritePipeline } from './write-pipeline.ts'

/** What the files and transfers of one SFTP client share. */
export class SftpShared {
  readonly requests: SftpRequests
  readonly limits: SftpLimits
  readonly flow: SftpFlowOptions
  readonly #budget: TransferBudget

  constructor(requests: SftpRequests, limits: SftpLimits, budget: TransferBudget, flow: SftpFlowOptions = {}) {
    this.requests = requests
    this.limits = limits
    this.flow = flow
    this.#budget = budget
  }

  /** The same for a call with its own flow options. @throws TypeError or RangeError for an invalid count or size. */
  with(options: SftpFlowOptions): SftpShared {
    if (options.concurrency === undefined && options.chunkSize === undefined) return this
    const { concurrency, chunkSize } = checkedFlow(options)
    const requests = concurrency === undefined ? this.requests : new SftpRequests(this.requests.connection, new Gate(concurrency))
    return new SftpShared(requests, this.limits, this.#budget, { concurrency: concurrency ?? this.flow.concurrency, chunkSize: chunkSize ?? this.flow.chunkSize })
  }

  /** Whether requests are sent one after the other, so that no two are in flight. */
  get oneByOne(): boolean {
    return this.flow.concurrency === 1
  }

  reading(handle: RemoteHandle, range: ReadRange = {}): ReadPipeline {
    return new ReadPipeline(this.requests, handle, this.#chunk(this.limits.maxReadLength), this.#window(), range)
  }

  writing(handle: RemoteHandle, options: { readonly start: number, readonly signal: Signal, readonly onWritten?: (bytes: number) => void }): WritePipeline {
    return new WritePipeline(this.requests, handle, this.#chunk(this.limits.maxWriteLength), this.#window(), options)
  }

  /** Whether so many bytes can be written with one request. */
  isOneWrite(bytes: number): boolean {
    return bytes <= this.#chunk(this.limits.maxWriteLength)
  }

  /** Whether so many bytes can be read with one request. */
  isOneRead(bytes: number): boolean {
    return bytes <= this.#chunk(this.limits.maxReadLength)
  }

  /** Counts the bytes of a request that needs no window until it settles. */
  counted<T>(bytes: number, request: Promise<T>): Promise<T> {
    this.#budget.used += bytes
    const settled = () => { this.#budget.used -= bytes }
    request.then(settled, settled)
    return request
  }

  #window(): TransferWindow {
    return new TransferWindow(this.#budget, this.flow.concurrency)
  }

  /** The caller's size may exceed what every server accepts, but not what this one says. */
  #chunk(limit: number): number {
    const { chunkSize = limit } = this.flow
    return this.limits === EVERY_SERVER ? chunkSize : Math.min(chunkSize, limit)
  }

  /**
   * Opens the file, runs `use`, and always closes the file. A failure to close makes `use` fail only if it wrote.
   * `use` may close after its last request, which saves a round trip: servers handle requests about one file in order.
   */
  async opened<T>(opening: Promise<RemoteHandle>, wrote: boolean, use: (handle: RemoteHandle, close: () => void) => Promise<T>): Promise<T> {
    const handle = await opening
    let closed: Promise<void> | undefined
    const close = () => {
      closed ??= this.requests.close(handle)
      closed.catch(() => {})
      return closed
    }
    let result: T
    try {
      result = await use(handle, close)
    } finally {
      void close()
    }
    if (wrote) await close()
    // No other call needs to wait for the end of a read.
    else if (this.oneByOne) await close().catch(() => {})
    return result
  }
}

/** @param path of the file. */
export function sizeMismatch(path: string, expected: number, found: number): SSHError {
  return new SSHError(`${shownPath(path)} ended after ${found} bytes of ${expected}`, { code: 'ERR_SFTP_SIZE_MISMATCH' })
}

/** Work in several steps, some of which know nothing of the signal: rejects at once with the signal's reason, whatever the step. */
export async function atOnce<T>(signal: Signal, work: () => Promise<T>): Promise<T> {
  checkSignal(signal)
  if (signal?.aborted) throw signal.reason
  return orAbort(work(), signal)
}

/** Attributes of a new entry; without a mode the server chooses. */
export function modeAttributes(mode: number | false | undefined): SftpAttributes {
  return mode === undefined || mode === false ? {} : { permissions: mode }
}
