import { describe, expect, test } from 'vitest'
import { FXP_CLOSE, FXP_READ, FXP_WRITE } from '../../../src/sftp/protocol/messages.ts'
import { handlePacket, packetOf, rangeHead } from '../../../src/sftp/protocol/packets.ts'

const handle = Uint8Array.from({ length: 20 }, (_, at) => at * 13)

describe('heads that are written without a writer', () => {
  test.each([0, 1, 255, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 77, 2 ** 40 + 0x89abcdef, Number.MAX_SAFE_INTEGER])('READ at %d is what the writer writes', (offset) => {
    expect(rangeHead(FXP_READ, 0xfedcba98, handle, offset, 261120)).toEqual(packetOf(FXP_READ, 0xfedcba98, (w) => w.string(handle).uint64(BigInt(offset)).uint32(261120)))
  })

  test('WRITE announces the data that follows', () => {
    const head = rangeHead(FXP_WRITE, 7, handle, 2 ** 33 + 5, 1000)
    const whole = packetOf(FXP_WRITE, 7, (w) => w.string(handle).uint64(2n ** 33n + 5n).string(new Uint8Array(1000)))
    expect(head).toEqual(whole.subarray(0, head.length))
    expect(whole.length - head.length).toBe(1000)
  })

  test('CLOSE', () => {
    expect(handlePacket(FXP_CLOSE, 1, handle)).toEqual(packetOf(FXP_CLOSE, 1, (w) => w.string(handle)))
  })

  test.each([-1, 0.5, NaN, Infinity, 2 ** 64])('no offset: %d', (offset) => {
    expect(() => rangeHead(FXP_READ, 1, handle, offset, 1)).toThrow(RangeError)
  })

  test.each([-1, 0.5, NaN, 2 ** 32])('no length: %d', (length) => {
    expect(() => rangeHead(FXP_READ, 1, handle, 0, length)).toThrow(RangeError)
  })
})
