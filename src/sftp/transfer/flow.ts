import { wholeNumber } from '../../bindings/arguments.ts'
import type { CallOptions } from '../../abort/call-options.ts'
import { LARGEST_REQUEST } from '../protocol/limits.ts'

/** How much is asked of the server at a time; for the few servers that take less than they say. */
export interface SftpFlowOptions {
  /** Requests about one file under way at a time, and in a tree also files; with 1 there is never more than one request. As many as the link holds if none is given. */
  readonly concurrency?: number | undefined
  /** Bytes that a request reads or writes, 1 to 261120, and no more than the server says it takes; without its word 32768 if none is given. */
  readonly chunkSize?: number | undefined
}

/** Options of calls that move the content of a file. */
export interface SftpContentOptions extends CallOptions, SftpFlowOptions {}

/** @throws TypeError or RangeError for what is no count and no size. */
export function checkedFlow({ concurrency, chunkSize }: SftpFlowOptions): SftpFlowOptions {
  return {
    concurrency: concurrency === undefined ? undefined : wholeNumber(concurrency, 'concurrency', 1),
    chunkSize: chunkSize === undefined ? undefined : wholeNumber(chunkSize, 'chunkSize', 1, LARGEST_REQUEST),
  }
}
