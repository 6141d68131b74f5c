import { describe, expect, test } from 'vitest'
import type { Pointer } from '../../../src/ffi/exports.gen.ts'
import { Handle } from '../../../src/ffi/handle.ts'

const at = (address: number) => address as Pointer

describe('Handle', () => {
  test('gives its pointer until it is dropped, then throws', () => {
    const handle = new Handle('channel', at(8))
    expect(handle.pointer).toBe(8)
    handle.drop()
    expect(handle.freed).toBe(true)
    expect(() => handle.pointer).toThrow(expect.objectContaining({ code: 'ERR_HANDLE_FREED', message: 'this channel has been freed' }))
  })

  test('takes everything below it along', () => {
    const session = new Handle('session', at(8))
    const sftp = new Handle('SFTP session', at(16), session)
    const file = new Handle('file', at(24), sftp)
    session.drop()
    expect([sftp.freed, file.freed]).toEqual([true, true])
  })

  test('leaves its parent and its siblings alone', () => {
    const session = new Handle('session', at(8))
    const [first, second] = [new Handle('channel', at(16), session), new Handle('channel', at(24), session)]
    first.drop()
    expect([session.freed, second.freed]).toEqual([false, false])
  })

  test('may be dropped twice', () => {
    const handle = new Handle('channel', at(8))
    handle.drop()
    expect(() => handle.drop()).not.toThrow()
  })
})
