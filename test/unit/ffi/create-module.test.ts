import { afterEach, describe, expect, test, vi } from 'vitest'
import { Instance } from '../../../src/ffi/instance.ts'

afterEach(() => vi.restoreAllMocks())

describe('an instance', () => {
  test('is made at once where the runtime allows that', async () => {
    const later = vi.spyOn(WebAssembly, 'instantiate')
    expect((await Instance.create()).call((c) => c.libssh2_init(0))).toBe(0)
    expect(later).not.toHaveBeenCalled()
  })

  test('is made later on pages of browsers that refuse large modules at once', async () => {
    vi.spyOn(WebAssembly, 'Instance').mockImplementation(function () { throw new RangeError('WebAssembly.Instance is disallowed on the main thread') })
    const later = vi.spyOn(WebAssembly, 'instantiate')
    expect((await Instance.create()).call((c) => c.libssh2_init(0))).toBe(0)
    expect(later).toHaveBeenCalledOnce()
  })

  test('of another module is refused with the runtime\'s error', async () => {
    const other = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 97, 1, 98, 0, 0))
    await expect(Instance.create({ module: other })).rejects.toThrow(expect.objectContaining({ name: expect.stringMatching(/LinkError|TypeError/) as string }))
  })
})
