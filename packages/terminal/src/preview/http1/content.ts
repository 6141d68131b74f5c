import type { HttpAnswer } from './connection.ts'
import { listOf } from './head.ts'
import { HttpError } from './http-error.ts'

/** Statuses whose `Response` may have no body (the fetch standard's null body statuses); a server can send one with 205 all the same. */
export const NO_BODY: ReadonlySet<number> = new Set([204, 205, 304])

const DECODERS: Readonly<Record<string, CompressionFormat>> = { 'gzip': 'gzip', 'x-gzip': 'gzip', 'deflate': 'deflate' }

/** The body without its content codings (RFC 9110 section 8.4), which the browser does not undo in answers of a service worker. @throws HttpError `UNSUPPORTED` */
export function decoded({ headers, body }: HttpAnswer): ReadableStream<Uint8Array> {
  // The coding that was applied last comes last.
  const codings = (listOf(headers, 'content-encoding') ?? []).filter((coding) => coding !== '' && coding !== 'identity').toReversed()
  const formats = codings.map((coding) => {
    const format = DECODERS[coding]
    if (!format) {
      void body.cancel()
      throw new HttpError('UNSUPPORTED', `the server sent the content-encoding ${coding}`)
    }
    return format
  })
  let plain = body
  for (const format of formats) plain = plain.pipeThrough(new DecompressionStream(format) as ReadableWritablePair<Uint8Array, Uint8Array>)
  return plain
}
