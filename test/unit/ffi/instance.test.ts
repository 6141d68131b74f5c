import { describe, expect, test, vi } from 'vitest'
import { SSHError } from '../../../src/errors/ssh-error.ts'
import type { SessionPointer } from '../../../src/ffi/exports.gen.ts'
import type { SessionHost } from '../../../src/ffi/host.ts'
import { Instance } from '../../../src/ffi/instance.ts'

const WILD = 0x7ffffff0 as SessionPointer

/** Makes C read far outside of its memory. */
const trap = (instance: Instance) => instance.call((c) => c.libssh2_session_last_errno(WILD))

describe('a trap', () => {
  test('is an SSHError with the trap as its cause', async () => {
    const instance = await Instance.create()
    expect(() => trap(instance)).toThrow(expect.objectContaining({ code: 'ERR_WASM_TRAP', cause: expect.any(WebAssembly.RuntimeError) }))
  })

  test('poisons the instance: later calls do not reach C', async () => {
    const instance = await Instance.create()
    expect(() => trap(instance)).toThrow(SSHError)
    const run = vi.fn()
    expect(() => instance.call(run)).toThrow(instance.failure)
    expect(run).not.toHaveBeenCalled()
  })

  test('leaves other instances alone', async () => {
    const [broken, whole] = [await Instance.create(), await Instance.create()]
    expect(() => trap(broken)).toThrow(SSHError)
    expect(whole.failure).toBeUndefined()
    expect(whole.call((c) => c.libssh2_init(0))).toBe(0)
  })

  test('is told to every session of the instance', async () => {
    const instance = await Instance.create()
    const hosts = [{ trapped: vi.fn() }, { trapped: vi.fn() }, { trapped: vi.fn() }] as const
    const [, , gone] = hosts.map((host) => instance.register(host as unknown as SessionHost))
    instance.unregister(gone as number)
    expect(() => trap(instance)).toThrow(SSHError)
    expect(hosts.map(({ trapped }) => trapped.mock.calls.length)).toEqual([1, 1, 0])
  })

  test('may be a stack that overflows, too', async () => {
    const instance = await Instance.create()
    const deeper = (): number => deeper() + 1
    expect(() => instance.call(deeper)).toThrow(expect.objectContaining({ code: 'ERR_WASM_TRAP' }))
  })
})

describe('an error that is no trap', () => {
  test.each([
    new SSHError('no room', { code: 'ERR_LIBSSH2_ALLOC' }),
    new TypeError('path must be a string'),
    new RangeError('port must be a whole number from 0 to 65535'),
    'a string',
    undefined,
  ])('passes through call without harm: %s', async (error) => {
    const instance = await Instance.create()
    let thrown: unknown = 'nothing'
    try {
      instance.call(() => { throw error })
    } catch (caught) {
      thrown = caught
    }
    expect(thrown).toBe(error)
    expect(instance.failure).toBeUndefined()
    expect(instance.call((c) => c.libssh2_init(0))).toBe(0)
  })
})

describe('an error of a host function', () => {
  test('leaves C in the middle of something: it is a trap, with that error as its cause', async () => {
    const instance = await Instance.create()
    const error = new TypeError('the transport is broken')
    const trapped = vi.fn()
    const id = instance.register({ markReady: vi.fn(), slice: () => true, send: () => { throw error }, recv: () => { throw error }, trapped } as unknown as SessionHost)
    const session = instance.call((c) => c.glue_session_new(id, 1 << 20))
    expect(() => instance.call((c) => c.glue_session_handshake(session))).toThrow(expect.objectContaining({ code: 'ERR_WASM_TRAP', message: expect.stringContaining('the transport is broken') }))
    expect((instance.failure?.cause as Error).cause).toBe(error)
    expect(trapped).toHaveBeenCalledOnce()
  })
})

describe('create', () => {
  test('takes a compiled module, and rejects if it is not libssh2', async () => {
    const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))
    await expect(Instance.create({ module: empty })).rejects.toThrow()
  })

  test('gives each instance a memory of its own', async () => {
    const [one, other] = [await Instance.create(), await Instance.create()]
    const before = other.heapUsed()
    one.heap.allocate(4096)
    expect(other.heapUsed()).toBe(before)
  })
})
