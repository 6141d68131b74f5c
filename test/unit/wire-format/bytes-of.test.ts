import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { binaryOf, bytesOf } from '../../../src/wire-format/bytes-of.ts'

const three = Uint8Array.of(1, 2, 3)

describe('bytesOf', () => {
  test.each<[string, Parameters<typeof bytesOf>[0], number[]]>([
    ['a string', 'é', [0xc3, 0xa9]],
    ['an empty string', '', []],
    ['a Uint8Array', three, [1, 2, 3]],
    ['a part of one', three.subarray(1), [2, 3]],
    ['a Buffer', Buffer.from([1, 2]), [1, 2]],
    ['an ArrayBuffer', three.slice().buffer, [1, 2, 3]],
    ['an empty ArrayBuffer', new ArrayBuffer(0), []],
    ['a DataView', new DataView(three.slice().buffer, 1, 1), [2]],
    ['a Uint16Array', Uint16Array.of(0x0201), [1, 2]],
    ['a Float64Array', new Float64Array(1), [0, 0, 0, 0, 0, 0, 0, 0]],
    ['an ArrayBuffer of another realm', runInNewContext('Uint8Array.of(7).buffer'), [7]],
    ['a view of another realm', runInNewContext('Uint8Array.of(7)'), [7]],
  ])('of %s', (_, data, bytes) => expect([...bytesOf(data)]).toEqual(bytes))

  test('copies nothing', () => {
    expect(bytesOf(three)).toBe(three)
    const { buffer } = three.slice()
    expect(bytesOf(buffer).buffer).toBe(buffer)
  })

  test.each([5, 0, NaN, 5n, true, null, undefined, Symbol('a'), {}, { length: 3, buffer: three.buffer }, [1, 2], () => three, new Date(), new Blob([three])])('of %o is a TypeError that names the argument', (value) => {
    expect(() => bytesOf(value as never, 'content')).toThrow(expect.objectContaining({ name: 'TypeError', message: expect.stringMatching(/^content must be /) }))
  })

  test('asks nothing of an object that has getters which throw', () => {
    const trap = new Proxy({}, { get: () => { throw new Error('asked') }, getPrototypeOf: () => { throw new Error('asked') }, has: () => { throw new Error('asked') } })
    expect(() => bytesOf(trap as never)).toThrow(TypeError)
  })

  const detached = (() => {
    const view = three.slice()
    structuredClone(view.buffer, { transfer: [view.buffer] })
    return view
  })()
  const Resizable = ArrayBuffer as unknown as new (length: number, options: { maxByteLength: number }) => ArrayBuffer

  test.each([
    ['shared', new Uint8Array(new SharedArrayBuffer(2)), 'must not be shared'],
    ['shared', new SharedArrayBuffer(2), 'must be'],
    ['resizable', new Uint8Array(new Resizable(2, { maxByteLength: 4 })), 'can be resized'],
    ['resizable', new Resizable(2, { maxByteLength: 4 }), 'can be resized'],
    ['detached', detached, 'transferred away'],
    ['detached', detached.buffer, 'transferred away'],
    ['detached', new DataView(new ArrayBuffer(0)), undefined],
  ])('of %s memory', (_, data, message) => {
    if (message === undefined) expect(bytesOf(data as never)).toHaveLength(0)
    else expect(() => bytesOf(data as never)).toThrow(expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(message) }))
  })
})

test('binaryOf takes no text', () => {
  expect(() => binaryOf('text' as never, 'blob')).toThrow(new TypeError('blob must be an ArrayBuffer or a view of one, not a value of type string'))
  expect(binaryOf(three)).toBe(three)
})
