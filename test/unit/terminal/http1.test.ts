import { deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { HttpConnection } from '../../../packages/terminal/src/preview/http1/connection.ts'
import { decoded } from '../../../packages/terminal/src/preview/http1/content.ts'

type Bytes = string | Uint8Array

const bytesOf = (text: Bytes) => typeof text === 'string' ? Uint8Array.from(text, (character) => character.charCodeAt(0)) : text
const OK = 'HTTP/1.1 200 OK\r\n'

/** A server that has `pieces` to say and then closes, or stays; `heard` is what it was asked. */
function server(pieces: readonly Bytes[], { stays = false } = {}) {
  const heard: Uint8Array[] = []
  let cancelled = false
  let turn = 0
  const connection = new HttpConnection({
    readable: new ReadableStream<Uint8Array>({
      pull(controller) {
        const piece = pieces[turn++]
        if (piece !== undefined) controller.enqueue(bytesOf(piece))
        else if (!stays) controller.close()
      },
      cancel() { cancelled = true },
    }, { highWaterMark: 0 }),
    writable: new WritableStream({ write(chunk) { heard.push(chunk) } }),
  })
  return { connection, heard: () => Buffer.concat(heard).toString('latin1'), cancelled: () => cancelled }
}

/** All of the answer, or the code of the error that it ends in. */
async function read(connection: HttpConnection, method = 'GET') {
  try {
    const { status, statusText, headers, body } = await connection.send([`${method} / HTTP/1.1`, 'host: there'], undefined, method, () => {})
    const content = Buffer.from(await new Response(body).arrayBuffer()).toString('latin1')
    return { status, statusText, headers, content, reusable: connection.reusable }
  } catch (error) {
    return { name: (error as Error).name, code: (error as { code?: string }).code, reusable: connection.reusable }
  }
}

/** In one piece, and byte by byte (long ones in pieces of 997 bytes): a reader must not depend on how the bytes are cut. */
async function both(text: Bytes, method?: string) {
  const whole = await read(server([text]).connection, method)
  const bytes = bytesOf(text), step = bytes.length < 5000 ? 1 : 997
  const pieces = Array.from({ length: Math.ceil(bytes.length / step) }, (_, at) => bytes.subarray(at * step, (at + 1) * step))
  expect(await read(server(pieces).connection, method)).toEqual(whole)
  return whole
}

const chunked = (text: string) => `${OK}transfer-encoding: chunked\r\n\r\n${text}`
const sized = (length: string, body = '') => `${OK}content-length: ${length}\r\n\r\n${body}`

describe('answers that are whole', () => {
  test.each<[what: string, bytes: string, content: string, method?: string]>([
    ['a length', sized('5', 'hello'), 'hello'],
    ['a length of nothing', sized('0'), ''],
    ['a length with zeros before it', sized('005', 'hello'), 'hello'],
    ['the same length twice', `${OK}content-length: 5\r\nContent-Length: 5\r\n\r\nhello`, 'hello'],
    ['the same length twice in one field', sized('5, 5', 'hello'), 'hello'],
    ['no length: until the server closes', `${OK}\r\nhello`, 'hello'],
    ['no length, no body', `${OK}\r\n`, ''],
    ['chunks', chunked('5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n'), 'hello world'],
    ['chunks with large and small digits, and zeros', chunked('00a\r\n0123456789\r\nA\r\n0123456789\r\n000\r\n\r\n'), '01234567890123456789'],
    ['chunks with extensions', chunked('5;name=value;other="a;b"\r\nhello\r\n0 ; last\r\n\r\n'), 'hello'],
    ['chunks with trailers', chunked('5\r\nhello\r\n0\r\nexpires: never\r\nchecksum: 1\r\n\r\n'), 'hello'],
    ['chunks of which one is like the end', chunked('5\r\n0\r\n\r\n\r\n0\r\n\r\n'), '0\r\n\r\n'],
    ['Transfer-Encoding: Chunked', `${OK}Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n`, ''],
    ['HEAD with a length', sized('5'), '', 'HEAD'],
    ['HEAD with chunks', `${OK}transfer-encoding: chunked\r\n\r\n`, '', 'HEAD'],
    ['204 with a length', 'HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n', ''],
    ['204 with chunks', 'HTTP/1.1 204 No Content\r\ntransfer-encoding: chunked\r\n\r\n', ''],
    ['304 with the length of the other answer', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 1000\r\n\r\n', ''],
    ['interim answers first', `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\ncontent-length: 9\r\nlink: </a>\r\n\r\n${sized('5', 'hello')}`, 'hello'],
    ['lines that end with LF alone', 'HTTP/1.1 200 OK\ncontent-length: 5\n\nhello', 'hello'],
    ['empty lines before it', `\r\n\n${sized('5', 'hello')}`, 'hello'],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello', 'hello'],
    ['a newer HTTP/1', 'HTTP/1.2 200 OK\r\ncontent-length: 5\r\n\r\nhello', 'hello'],
    ['no reason and no blank', 'HTTP/1.1 200\r\ncontent-length: 5\r\n\r\nhello', 'hello'],
    ['a blank before the colon', `${OK}content-length : 5\r\n\r\nhello`, 'hello'],
    ['a value in the next line', `${OK}content-length:\r\n 5\r\n\r\nhello`, 'hello'],
  ])('%s', async (_, bytes, content, method) => {
    expect(await both(bytes, method)).toMatchObject({ content })
  })
})

describe('answers that end in an error', () => {
  test.each<[what: string, bytes: string, code: string, method?: string]>([
    ...['x', '5x', '-5', '+5', '5.0', '0x5', '1e1', '', ' ', '5 5', '5;', '5, 6', '5,', '05, 5', '9007199254740993', '9'.repeat(400)].map((length): [string, string, string] => [`content-length: ${length.slice(0, 20)}`, sized(length, 'hello'), 'MALFORMED']),
    ['two lengths', `${OK}content-length: 5\r\ncontent-length: 6\r\n\r\nhello!`, 'MALFORMED'],
    ['a length and chunks', `${OK}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`, 'MALFORMED'],
    ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', 'MALFORMED'],
    ...['gzip', 'gzip, chunked', 'chunked, gzip', 'chunked, chunked', 'identity', 'xchunked', 'chunked;a=b', ''].map((coding): [string, string, string] => [`transfer-encoding: ${coding}`, `${OK}transfer-encoding: ${coding}\r\n\r\n0\r\n\r\n`, 'UNSUPPORTED']),
    ['chunked in two fields', `${OK}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`, 'UNSUPPORTED'],
    ...['5zz', '-5', '+5', '0x5', ' 5', '5 ', '5 5', '', ';a', 'g', '20000000000001', 'f'.repeat(64)].map((size): [string, string, string] => [`a chunk of size "${size.slice(0, 20)}"`, chunked(`${size}\r\nhello\r\n0\r\n\r\n`), 'MALFORMED']),
    ['a chunk longer than its size', chunked('4\r\nhello\r\n0\r\n\r\n'), 'MALFORMED'],
    ['a chunk whose size ends with LF alone', chunked('5\nhello\r\n0\r\n\r\n'), 'MALFORMED'],
    ['a chunk that ends with LF alone', chunked('5\r\nhello\n0\r\n\r\n'), 'MALFORMED'],
    ['an extension with NUL', chunked('5;a\0b\r\nhello\r\n0\r\n\r\n'), 'MALFORMED'],
    ['an extension without an end', chunked(`5;${'a'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`), 'TOO_LONG'],
    ['a trailer without a colon', chunked('0\r\nnonsense\r\n\r\n'), 'MALFORMED'],
    ['trailers without an end', chunked(`0\r\n${'a: b\r\n'.repeat(20_000)}`), 'TOO_LONG'],
    ['a header without a colon', `${OK}nonsense\r\n\r\n`, 'MALFORMED'],
    ['a header without a name', `${OK}: value\r\n\r\n`, 'MALFORMED'],
    ['a name with a blank in it', `${OK}a b: c\r\n\r\n`, 'MALFORMED'],
    ['a name that is no token', `${OK}a(b): c\r\n\r\n`, 'MALFORMED'],
    ['a header that begins with a blank', `${OK} a: b\r\n\r\n`, 'MALFORMED'],
    ['NUL in a name', `${OK}a\0: b\r\n\r\n`, 'MALFORMED'],
    ['NUL in a value', `${OK}a: b\0\r\n\r\n`, 'MALFORMED'],
    ['CR in a value', `${OK}a: b\rc: d\r\n\r\n`, 'MALFORMED'],
    ['CR twice at the end of a line', `${OK}a: b\r\r\n\r\n`, 'MALFORMED'],
    ['CR in the status line', 'HTTP/1.1 200 O\rK\r\n\r\n', 'MALFORMED'],
    ['NUL in the status line', 'HTTP/1.1 200 O\0K\r\n\r\n', 'MALFORMED'],
    ...['SSH-2.0-OpenSSH_9.2', 'HTTP/2.0 200 OK', 'HTTP/0.9 200 OK', 'http/1.1 200 OK', 'HTTP/1.1 20 OK', 'HTTP/1.1 2000 OK', 'HTTP/1.1 200OK', 'HTTP/1.1  200 OK', 'HTTP/1.1 099 OK', 'HTTP/1.1 600 OK', 'HTTP/1.1 -20 OK', 'HTTP/1.11 200 OK', ' HTTP/1.1 200 OK'].map((line): [string, string, string] => [line, `${line}\r\ncontent-length: 0\r\n\r\n`, 'MALFORMED']),
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n', 'MALFORMED'],
    ['headers without an end', `${OK}${'a: b\r\n'.repeat(50_000)}`, 'TOO_LONG'],
    ['a line without an end', `${OK}a: ${'b'.repeat(300_000)}`, 'TOO_LONG'],
    ['interim answers without an end', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(10_000), 'TOO_LONG'],
    ['empty lines without an end', '\r\n'.repeat(300_000), 'TOO_LONG'],
    ['nothing at all', '', 'UNANSWERED'],
    ['half a status line', 'HTTP/1.1 20', 'INCOMPLETE'],
    ['half a head', `${OK}content-length: 5\r\n`, 'INCOMPLETE'],
    ['only an interim answer', 'HTTP/1.1 100 Continue\r\n\r\n', 'INCOMPLETE'],
    ['half a body', sized('10', 'hello'), 'INCOMPLETE'],
    ['no body', sized('10'), 'INCOMPLETE'],
    ['half a chunk', chunked('a\r\nhello'), 'INCOMPLETE'],
    ['a chunk without its line end', chunked('5\r\nhello'), 'INCOMPLETE'],
    ['chunks without a last one', chunked('5\r\nhello\r\n'), 'INCOMPLETE'],
    ['half a size', chunked('5\r\nhello\r\n0'), 'INCOMPLETE'],
    ['no end of the trailers', chunked('5\r\nhello\r\n0\r\n'), 'INCOMPLETE'],
    ['half a trailer', chunked('5\r\nhello\r\n0\r\na: b'), 'INCOMPLETE'],
  ])('%s', async (_, bytes, code, method) => {
    expect(await both(bytes, method)).toEqual({ name: 'HttpError', code, reusable: false })
  })

  test('a connection that fails in the middle, with its reason', async () => {
    const reason = new Error('reset')
    let turn = 0
    const connection = new HttpConnection({ readable: new ReadableStream({ pull(controller) {
      if (turn++ === 0) controller.enqueue(bytesOf(`${OK}\r\nhello`))
      else controller.error(reason)
    } }, { highWaterMark: 0 }), writable: new WritableStream() })
    const { body } = await connection.send(['GET / HTTP/1.1'], undefined, 'GET', () => {})
    await expect(new Response(body).text()).rejects.toMatchObject({ code: 'INCOMPLETE', cause: reason })
  })

  test('a request that nobody takes', async () => {
    const connection = new HttpConnection({ readable: new ReadableStream(), writable: new WritableStream({ write() { throw new Error('closed') } }) })
    expect(await read(connection)).toMatchObject({ code: 'UNANSWERED' })
  })
})

describe('what is read of a head', () => {
  test('names in lower case, each character a byte, blanks only taken from the ends, a reason that Response takes', async () => {
    const { connection } = server(['HTTP/1.1 404 N\x80cht da\r\nX-One:\t caf\xe9 \x80 \t\r\nX-One:\xa0b\r\nEMPTY:\r\nlong: a\r\n\tb\r\ncontent-length: 0\r\n\r\n'])
    const { status, statusText, headers } = await connection.send(['GET / HTTP/1.1'], undefined, 'GET', () => {})
    expect({ status, statusText, headers }).toEqual({ status: 404, statusText: 'N\x80cht da', headers: [['x-one', 'caf\xe9 \x80'], ['x-one', '\xa0b'], ['empty', ''], ['long', 'a b'], ['content-length', '0']] })
    expect(() => new Response(null, { status, statusText, headers: new Headers(headers.map(([name, value]): [string, string] => [name, value])) })).not.toThrow()
    expect((await both('HTTP/1.1 200 \x01\r\n\r\n'))).toMatchObject({ status: 200, statusText: '' })
  })

  test('a request is sent byte for byte, with its body behind it', async () => {
    const { connection, heard } = server([sized('0')])
    await connection.send(['POST /a HTTP/1.1', 'x-name: caf\xe9'], bytesOf('\0\xff'), 'POST', () => {})
    expect(heard()).toBe('POST /a HTTP/1.1\r\nx-name: caf\xe9\r\n\r\n\0\xff')
  })
})

describe('a connection that is used again', () => {
  test.each<[what: string, answer: string, again: boolean, method?: string]>([
    ['a length', sized('5', 'hello'), true],
    ['chunks', chunked('5\r\nhello\r\n0\r\n\r\n'), true],
    ['nothing, to HEAD', sized('5'), true, 'HEAD'],
    ['no length', `${OK}\r\n`, false],
    ['connection: close', `${OK}connection: close\r\ncontent-length: 0\r\n\r\n`, false],
    ['connection: close in a second field', `${OK}connection: x\r\nconnection: y, Close\r\ncontent-length: 0\r\n\r\n`, false],
    ['another option that only has the word in it', `${OK}connection: closest\r\ncontent-length: 0\r\n\r\n`, true],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n', false],
    ['HTTP/1.0 with keep-alive', 'HTTP/1.0 200 OK\r\nconnection: Keep-Alive\r\ncontent-length: 0\r\n\r\n', true],
    ['more than the request asked for', `${sized('5', 'hello')}HTTP/1.1 200 OK\r\n`, false],
    ['a body to HEAD', sized('5', 'hello'), false, 'HEAD'],
  ])('%s', async (_, answer, again, method) => {
    const { connection } = server([answer], { stays: !answer.includes(`${OK}\r\n`) })
    expect(await read(connection, method)).toMatchObject({ status: 200, reusable: again })
  })

  test('two requests, one after the other', async () => {
    const { connection, heard } = server([sized('3', 'one'), sized('3', 'two')], { stays: true })
    // The first piece of the second answer waits for its request, as it does on a real connection.
    expect(await read(connection)).toMatchObject({ content: 'one' })
    expect(await read(connection)).toMatchObject({ content: 'two' })
    expect(heard().match(/^GET/gm)).toHaveLength(2)
  })

  test('not when the server closes, or speaks, without a request', async () => {
    for (const unasked of [[], ['HTTP/1.1 408 Request Timeout\r\n\r\n']]) {
      const { connection } = server([sized('5', 'hello'), ...unasked])
      await read(connection)
      await expect.poll(() => connection.reusable).toBe(false)
    }
  })

  test('a body that nobody wants ends it', async () => {
    const { connection, cancelled } = server([sized('10', 'hello')], { stays: true })
    const { body } = await connection.send(['GET / HTTP/1.1'], undefined, 'GET', () => {})
    await body.cancel()
    expect([connection.reusable, cancelled()]).toEqual([false, true])
  })
})

describe('content codings', () => {
  const answer = (coding: string, content: Uint8Array) => server([`${OK}content-encoding: ${coding}\r\ncontent-length: ${content.length}\r\n\r\n`, content]).connection.send(['GET / HTTP/1.1'], undefined, 'GET', () => {})
  const TEXT = 'text of the answer'

  test.each<[coding: string, content: Uint8Array]>([
    ['identity', bytesOf(TEXT)], ['gzip', gzipSync(TEXT)], ['X-GZIP', gzipSync(TEXT)], ['deflate', deflateSync(TEXT)], ['deflate, gzip', gzipSync(deflateSync(TEXT))], ['identity, gzip', gzipSync(TEXT)],
  ])('%s', async (coding, content) => {
    expect(await new Response(decoded(await answer(coding, content))).text()).toBe(TEXT)
  })

  test('one that nobody asked for is an error; so is half of one', async () => {
    const unknown = await answer('br', bytesOf(TEXT))
    expect(() => decoded(unknown)).toThrow(expect.objectContaining({ name: 'HttpError', code: 'UNSUPPORTED' }))
    await expect(new Response(decoded(await answer('gzip', gzipSync(TEXT).subarray(0, 20)))).text()).rejects.toThrow()
  })
})
