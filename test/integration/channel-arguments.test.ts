import { beforeAll, describe, expect, test } from 'vitest'
import type { Channel } from '../../src/bindings/index.ts'
import { useSession } from '../support/use-session.ts'

const used = useSession()
let channel: Channel

beforeAll(async () => {
  channel = await used.session.complete(() => used.session.openSession())
})

type Wrong = readonly [what: string, call: (channel: Channel) => unknown]

const any = (value: unknown) => value as never

const TYPES: Wrong[] = [
  ['execute(undefined)', (c) => c.execute(any(undefined))],
  ['execute(5)', (c) => c.execute(any(5))],
  ['execute with a NUL', (c) => c.execute('ls\0-l')],
  ['subsystem(null)', (c) => c.subsystem(any(null))],
  ['processStartup({})', (c) => c.processStartup(any({}))],
  ['processStartup with a number as message', (c) => c.processStartup('exec', any(7))],
  ['setenv with a NUL in the name', (c) => c.setenv('A\0B', 'x')],
  ['setenv without a value', (c) => c.setenv('A', any(undefined))],
  ['pty(5)', (c) => c.pty(any(5))],
  ['ptyEx with modes that are no bytes', (c) => c.ptyEx({ modes: any([1, 2]) })],
  ['ptyEx with columns as a string', (c) => c.ptyEx({ columns: any('80') })],
  ['ptySize with a bigint', (c) => c.ptySize(any(80n), 24)],
  ['signal(9)', (c) => c.signal(any(9))],
  ['write(undefined)', (c) => c.write(any(undefined))],
  ['write of an array', (c) => c.write(any([1, 2, 3]))],
  ['writeEx with a stream as a string', (c) => c.writeEx(any('0'), 'x')],
  ['read with a bigint', (c) => c.read(any(10n))],
  ['readEx with a symbol', (c) => c.readEx(10, any(Symbol('stdout')))],
  ['readParts with a symbol', (c) => c.readParts(10, any(Symbol('stdout')))],
  ['flushEx(null)', (c) => c.flushEx(any(null))],
  ['receiveWindowAdjust2 with a string', (c) => c.receiveWindowAdjust2(any('1'))],
  ['handleExtendedData2(undefined)', (c) => c.handleExtendedData2(any(undefined))],
  ['handleExtendedData with a string', (c) => c.handleExtendedData(any('ignore'))],
  ['x11Req with a string', (c) => c.x11Req(any('0'))],
  ['x11ReqEx with a number as cookie', (c) => c.x11ReqEx(false, null, any(5))],
]

const RANGES: Wrong[] = [
  ['read(-1)', (c) => c.read(-1)],
  ['read(1.5)', (c) => c.read(1.5)],
  ['read(NaN)', (c) => c.read(NaN)],
  ['readEx with stream -1', (c) => c.readEx(10, -1)],
  ['readParts of -1 bytes', (c) => c.readParts(-1)],
  ['writeEx with stream 2 ** 31', (c) => c.writeEx(2 ** 31, 'x')],
  ['flushEx(-3)', (c) => c.flushEx(-3)],
  ['ptyEx with columns of -1', (c) => c.ptyEx({ columns: -1 })],
  ['ptySize with rows of NaN', (c) => c.ptySize(80, NaN)],
  ['receiveWindowAdjust of 2 ** 32', (c) => c.receiveWindowAdjust(2 ** 32)],
  ['receiveWindowAdjust2 of -1', (c) => c.receiveWindowAdjust2(-1)],
  ['handleExtendedData2(3)', (c) => c.handleExtendedData2(3)],
  ['ignoreExtendedData(-1)', (c) => c.ignoreExtendedData(-1)],
  ['x11Req(-1)', (c) => c.x11Req(-1)],
]

describe('wrong arguments are refused before C is called', () => {
  test.each(TYPES)('%s is a TypeError', (_, call) => {
    expect(() => call(channel)).toThrow(TypeError)
    expect(used.session.instance.failure).toBeUndefined()
  })

  test.each(RANGES)('%s is a RangeError', (_, call) => {
    expect(() => call(channel)).toThrow(RangeError)
    expect(used.session.instance.failure).toBeUndefined()
  })

  test('and the channel is as good as new', async () => {
    expect(await used.session.complete(() => channel.execute('true'))).toBe(0)
  })
})
