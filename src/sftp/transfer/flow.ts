import { wholeNumber } from '../../bindings/arguments.ts'
import type { CallOptions } from '../../abort/call-options.ts'
import { LARGEST_REQUEST } from '../protocol/limits.ts'

/** How much to request from the server at a time, for the few servers that accept less than they say. */
export interface SftpFlowOptions {
  /** Requests per file in flight at a time, and in a tree also files; with 1 there is never more than one request. By default as many as the link holds. */
  readonly concurrency?: number | undefined
  /** Bytes per read or write request, 1 to 261120, and at most what the server says it accepts. By default the server's limit; 32768 if it states none. */
  readonly chunkSize?: number | undefined
}

/** Options of calls that move the content of a file. */
export interface SftpContentOptions extends CallOptions, SftpFlowOptions {}

/** @throws TypeError or RangeError for an invalid count or size. */
export function checkedFlow({ concurrency, chunkSize }: SftpFlowOptions): SftpFlowOptions {
  return {
    concurrency: concurrency === undefined ? undefined : wholeNumber(concurrency, 'concurrency', 1),
    chunkSize: chunkSize === undefined ? undefined : wholeNumber(chunkSize, 'chunkSize', 1, LARGEST_REQUEST),
  }
}
