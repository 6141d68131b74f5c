/**
 * What is wrong with an answer:
 * - `MALFORMED`: it is not HTTP/1.1 as RFC 9112 has it, or leaves open where its body ends
 * - `TOO_LONG`: its head, trailer or a line of a chunk is larger than this client reads
 * - `INCOMPLETE`: the connection ended in the middle of it
 * - `UNANSWERED`: the connection ended before its first byte
 * - `UNSUPPORTED`: it uses a coding that nobody has asked for
 */
export type HttpErrorCode = 'MALFORMED' | 'TOO_LONG' | 'INCOMPLETE' | 'UNANSWERED' | 'UNSUPPORTED'

/** An answer that cannot be used. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly code: HttpErrorCode

  constructor(code: HttpErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
