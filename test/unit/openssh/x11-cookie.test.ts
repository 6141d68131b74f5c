import { expect, test } from 'vitest'
import { CookieReplacer } from '../../../src/openssh/x11/cookie.ts'

const SHOWN = Uint8Array.from({ length: 16 }, (_, at) => at + 1), REAL = Uint8Array.from({ length: 16 }, (_, at) => 200 + at)
const NAME = 'MIT-MAGIC-COOKIE-1'

/** The first message of an X11 client (X Window System Protocol, section 8). */
function hello(order: 'l' | 'B', cookie: Uint8Array, { nameLength = NAME.length, dataLength = cookie.length } = {}): Uint8Array {
  const pad = (length: number) => (length + 3) & ~3
  const message = new Uint8Array(12 + pad(NAME.length) + pad(cookie.length)), view = new DataView(message.buffer)
  message[0] = order.charCodeAt(0)
  view.setUint16(6, nameLength, order === 'l')
  view.setUint16(8, dataLength, order === 'l')
  message.set(new TextEncoder().encode(NAME), 12)
  message.set(cookie, 12 + pad(NAME.length))
  return message
}

test.each(['l', 'B'] as const)('the shown cookie is replaced by the real one, in one piece and byte by byte: %s', (order) => {
  for (const size of [1, 7, 1000]) {
    const replacer = new CookieReplacer(SHOWN, REAL), message = hello(order, SHOWN), out: number[] = []
    for (let at = 0; at < message.length; at += size) out.push(...replacer.feed(message.subarray(at, at + size)))
    expect(Uint8Array.from(out), String(size)).toEqual(hello(order, REAL))
    expect(replacer.feed(SHOWN)).toEqual(SHOWN)
  }
})

test.each([['another cookie', hello('l', REAL)], ['no cookie', hello('l', new Uint8Array())], ['a message that is none', new Uint8Array(12)]])('%s is refused', (_what, message) => {
  expect(() => new CookieReplacer(SHOWN, REAL).feed(message)).toThrow()
})

// What is held grew by each byte, and was copied with each: 131,000 packets of one byte took minutes.
test.each([['cookie', { dataLength: 65_535 }], ['name', { nameLength: 65_535 }]])('an endless %s is refused once it is announced', (_what, lengths) => {
  const replacer = new CookieReplacer(SHOWN, REAL), message = hello('B', SHOWN, lengths)
  expect(replacer.feed(message.subarray(0, 11))).toHaveLength(0)
  expect(() => replacer.feed(message.subarray(11, 12))).toThrow('wrong cookie')
})
