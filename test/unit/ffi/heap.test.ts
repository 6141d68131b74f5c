import { beforeEach, describe, expect, test } from 'vitest'
import type { Bytes } from '../../../src/ffi/exports.gen.ts'
import type { Heap } from '../../../src/ffi/heap.ts'
import { Instance } from '../../../src/ffi/instance.ts'

let heap: Heap

beforeEach(async () => {
  heap = (await Instance.create()).heap
})

describe('scope', () => {
  test('gives back all that it allocated', () => {
    const before = heap.used()
    {
      using scope = heap.scope()
      scope.out(100)
      scope.utf8('name', 'name')
      scope.secret('password', 'password')
      expect(heap.used()).toBeGreaterThan(before)
    }
    expect(heap.used()).toBe(before)
  })

  test('zeroes secrets before they are freed', () => {
    const scope = heap.scope()
    const { pointer, length } = scope.secret('a password', 'password')
    expect(heap.text(pointer, length)).toBe('a password')
    scope[Symbol.dispose]()
    // The allocator keeps its lists in the first bytes of a free block, not in the others.
    expect(heap.text(pointer, length)).not.toMatch(/password/)
  })

  test('encodes strings as UTF-8 with a NUL behind', () => {
    using scope = heap.scope()
    const { pointer, length } = scope.utf8('grüße 👋', 'text')
    expect(length).toBe(12)
    expect(heap.string(pointer)).toBe('grüße 👋')
    expect(heap.copy(pointer, length + 1)[length]).toBe(0)
  })

  test.each([['a\0b', /text must not contain a NUL/], ['a\ud83d', /text must be well-formed/], ['\udc4bb', /text must be well-formed/], [undefined as never, /text must be a string/], [5 as never, /text must be a string/]])('refuses %j as a string', (value, message) => {
    using scope = heap.scope()
    expect(() => scope.utf8(value, 'text')).toThrow(TypeError)
    expect(() => scope.utf8(value, 'text')).toThrow(message)
  })

  test('an error about a secret does not tell it', () => {
    using scope = heap.scope()
    expect(() => scope.secret('hunter2\0', 'password')).toThrow(/^password must not contain a NUL character$/)
  })
})

describe('memory', () => {
  test('grows beyond its first size, and what was there stays', () => {
    using scope = heap.scope()
    const { pointer } = scope.utf8('still here', 'text')
    const size = heap.size
    const large = heap.allocate(size + 1)
    expect(heap.size).toBeGreaterThan(size)
    expect(heap.string(pointer)).toBe('still here')
    heap.release(large)
  })

  test('that cannot be had is an SSHError', () => {
    expect(() => heap.allocate(0x7fff0000)).toThrow(expect.objectContaining({ code: 'ERR_LIBSSH2_ALLOC' }))
  })

  test('copies do not change with the heap', () => {
    using scope = heap.scope()
    const { pointer, length } = scope.bytes(Uint8Array.of(1, 2, 3))
    const copy = heap.copy(pointer, length)
    heap.zero(pointer, length)
    expect([...copy]).toEqual([1, 2, 3])
  })

  test('numbers are little-endian, unsigned where asked', () => {
    using scope = heap.scope()
    const at = scope.out(8)
    heap.setU32(at, 0xfffffffe)
    expect([heap.u32(at), heap.i32(at)]).toEqual([0xfffffffe, -2])
    heap.setU64(at, 0x1_0000_0001n)
    expect(heap.u64(at)).toBe(0x1_0000_0001n)
    expect([...heap.copy(at, 5)]).toEqual([1, 0, 0, 0, 1])
  })

  test('NULL is no string', () => {
    expect(heap.string(0 as Bytes)).toBeNull()
  })

  test('the scratch buffer is not counted as used', () => {
    const before = heap.used()
    heap.scratch(100_000)
    expect(heap.used()).toBe(before)
  })
})
