import type { SftpAttributes } from '../../bindings/sftp/attributes.ts'
import { SftpError, SSHError } from '../../errors/ssh-error.ts'
import { LIBSSH2_FX_NO_SUCH_FILE, LIBSSH2_FX_NO_SUCH_PATH } from '../../ffi/constants.gen.ts'
import { orAbort } from '../../abort/or-abort.ts'
import type { SftpLimits } from '../protocol/limits.ts'
import { ReadPipeline, type ReadRange } from './read-pipeline.ts'
import type { RemoteHandle, SftpRequests, Signal } from '../protocol/requests.ts'
import { type TransferBudget, TransferWindow } from './window.ts'
import { WritePipeline } from './write-pipeline.ts'

/** What the files and transfers of one SFTP client have in common. */
export class SftpShared {
  readonly requests: SftpRequests
  readonly limits: SftpLimits
  readonly #budget: TransferBudget

  constructor(requests: SftpRequests, limits: SftpLimits, budget: TransferBudget) {
    this.requests = requests
    this.limits = limits
    this.#budget = budget
  }

  reading(handle: RemoteHandle, range: ReadRange = {}): ReadPipeline {
    return new ReadPipeline(this.requests, handle, this.limits.maxReadLength, new TransferWindow(this.#budget), range)
  }

  writing(handle: RemoteHandle, options: { readonly start: number, readonly signal: Signal, readonly onWritten?: (bytes: number) => void }): WritePipeline {
    return new WritePipeline(this.requests, handle, this.limits.maxWriteLength, new TransferWindow(this.#budget), options)
  }

  /**
   * Opens, lets `use` work, and closes in any case; a failure to close is one of `use` only if it wrote.
   * `use` may close as soon as it has made its last request, which saves a round trip: requests about one file are served in order.
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
    // Nobody needs to wait for the end of a read.
    if (wrote) await close()
    return result
  }
}

export function sizeMismatch(path: string, expected: number, found: number): SSHError {
  return new SSHError(`${path}: ${expected} bytes expected, ${found} found`, { code: 'ERR_SFTP_SIZE_MISMATCH' })
}

/** Work of several steps, some of which know nothing of the signal: rejects at once with its reason, whatever step it is at. */
export async function atOnce<T>(signal: Signal, work: () => Promise<T>): Promise<T> {
  signal?.throwIfAborted()
  return orAbort(work(), signal)
}

/** True for the refusal that there is no such file or directory. */
export function isMissing(error: unknown): boolean {
  return error instanceof SftpError && (error.status === LIBSSH2_FX_NO_SUCH_FILE || error.status === LIBSSH2_FX_NO_SUCH_PATH)
}

/** Of something new: without a mode the server's own choice. */
export function modeAttributes(mode: number | undefined): SftpAttributes {
  return mode === undefined ? {} : { permissions: mode }
}
