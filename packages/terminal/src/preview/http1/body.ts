import { FieldLines, type HttpHead, listOf, parseFields } from './head.ts'
import { HttpError } from './http-error.ts'
import type { Incoming } from './incoming.ts'

/** How a body ends: after so many bytes, after its last chunk, or with the connection. */
export type BodyLength = number | 'chunked' | 'until-close'

/** Bytes of the line with a chunk's size, and of all trailers together. */
const CHUNK_LINE_BOUND = 16 << 10
const TRAILER_BOUND = 64 << 10

/**
 * RFC 9112 section 6.3. An answer with two lengths is an error in every form, since an attacker may have made one of them.
 * @param method of the request @throws HttpError
 */
export function bodyLength({ minor, status, headers }: HttpHead, method: string): BodyLength {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return 0
  const codings = listOf(headers, 'transfer-encoding')
  const lengths = listOf(headers, 'content-length')
  if (codings) {
    if (lengths) throw new HttpError('MALFORMED', 'the server sent both a content-length and a transfer-encoding')
    if (minor === 0) throw new HttpError('MALFORMED', 'the server sent a transfer-encoding, which HTTP/1.0 does not have')
    // Section 7.4: nobody has asked for another one.
    if (codings.length !== 1 || codings[0] !== 'chunked') throw new HttpError('UNSUPPORTED', `the server sent the transfer-encoding ${codings.join(', ')}`)
    return 'chunked'
  }
  const [length] = lengths ?? []
  if (length === undefined) return 'until-close'
  if (!/^\d+$/.test(length) || !Number.isSafeInteger(Number(length))) throw new HttpError('MALFORMED', 'the server sent a content-length that is no number of bytes')
  if (lengths?.some((other) => other !== length)) throw new HttpError('MALFORMED', 'the server sent two different values of content-length')
  return Number(length)
}

/** The pieces of a body. @throws HttpError `INCOMPLETE` if the connection ends before the body */
export function readBody(incoming: Incoming, length: BodyLength): AsyncGenerator<Uint8Array> {
  if (length === 'chunked') return chunks(incoming)
  return length === 'until-close' ? rest(incoming) : exactly(incoming, length)
}

async function* exactly(incoming: Incoming, bytes: number): AsyncGenerator<Uint8Array> {
  for (let left = bytes; left > 0;) {
    if (!incoming.waiting && !await incoming.more()) throw new HttpError('INCOMPLETE', `the server closed the connection ${left} bytes before the end of what it had announced`)
    const piece = incoming.take(left)
    left -= piece.length
    yield piece
  }
}

/** Section 7.1; trailers are read and left out, as 7.1.2 lets clients do. */
async function* chunks(incoming: Incoming): AsyncGenerator<Uint8Array> {
  for (let size = parseChunkSize(await incoming.line(CHUNK_LINE_BOUND, true)); size > 0; size = parseChunkSize(await incoming.line(CHUNK_LINE_BOUND, true))) {
    yield* exactly(incoming, size)
    if (await incoming.line(CHUNK_LINE_BOUND, true) !== '') throw new HttpError('MALFORMED', 'the server sent a chunk that is longer than its size')
  }
  parseFields(await new FieldLines(incoming, TRAILER_BOUND).section())
}

/** Hexadecimal digits, then extensions, which nobody here knows (section 7.1.1). @throws HttpError */
export function parseChunkSize(line: string): number {
  const [, digits] = /^([0-9a-f]+)(?:[ \t]*;.*)?$/i.exec(line) ?? []
  const size = Number.parseInt(digits ?? '', 16)
  if (!Number.isSafeInteger(size)) throw new HttpError('MALFORMED', 'the server sent a chunk whose size is no number of bytes')
  return size
}

async function* rest(incoming: Incoming): AsyncGenerator<Uint8Array> {
  do {
    if (incoming.waiting) yield incoming.take()
  } while (await incoming.more())
}
