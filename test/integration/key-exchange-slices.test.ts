// Long computations of a key exchange let the event loop take its turns (Driver.slice), in the first exchange and in one of the server's wish.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Driver } from '../../src/core/driver.ts'
import { LIBSSH2_METHOD_HOSTKEY, LIBSSH2_METHOD_KEX, Session } from '../../src/bindings/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'

describe.runIf(requirePeer('sshd'))('a key exchange in slices', () => {
  let server: SshServer
  beforeAll(async () => {
    server = await startSshd({ hostKeyTypes: ['ed25519', 'ecdsa521'] })
  })
  afterAll(() => server.stop())

  it.each([
    ['diffie-hellman-group18-sha512', 'ssh-ed25519', 140], ['diffie-hellman-group16-sha512', 'ssh-ed25519', 40], ['diffie-hellman-group-exchange-sha256', 'ssh-ed25519', 20],
    ['ecdh-sha2-nistp521', 'ecdsa-sha2-nistp521', 8], ['curve25519-sha256', 'ecdsa-sha2-nistp521', 8],
    // Less than a millisecond, which needs no turn of its own.
    ['curve25519-sha256', 'ssh-ed25519', 0],
  ])('%s with %s: at least %i, each in a turn of its own', async (kex, hostKey, least) => {
    let turn = 0
    const tick = () => { turn += 1; ticking = setImmediate(tick) }
    let ticking = setImmediate(tick)
    const turns: number[] = []
    const slice = Reflect.get(Driver.prototype, 'slice')
    const spy = vi.spyOn(Driver.prototype, 'slice').mockImplementation(function (this: Driver) {
      const granted = slice.call(this)
      if (granted) turns.push(turn)
      return granted
    })
    const session = await Session.create(await connectTcp({ host: server.host, port: server.port }))
    try {
      session.methodPref(LIBSSH2_METHOD_KEX, kex)
      session.methodPref(LIBSSH2_METHOD_HOSTKEY, hostKey)
      // Until it has signed, the key is nobody's.
      let known: number | undefined
      await session.complete(() => {
        const rc = session.handshake()
        if (session.hostkey() !== null) known ??= turns.length
        return rc
      })
      expect(known).toBe(turns.length)
      expect(session.hostkey()).not.toBeNull()
      if (least === 0) expect(turns).toEqual([])
      else expect(turns.length).toBeGreaterThanOrEqual(least)
      expect(new Set(turns).size).toBe(turns.length)
    } finally {
      clearImmediate(ticking)
      spy.mockRestore()
      session.free()
    }
  })

  it('a session that is freed between two slices computes no more', async () => {
    const session = await Session.create(await connectTcp({ host: server.host, port: server.port }))
    session.methodPref(LIBSSH2_METHOD_KEX, 'diffie-hellman-group18-sha512')
    const slices = vi.spyOn(Driver.prototype, 'slice')
    const handshake = session.complete(() => session.handshake()).catch((error: unknown) => error)
    while (slices.mock.calls.length < 3) await new Promise((resolve) => { setImmediate(resolve) })
    session.free()
    const asked = slices.mock.calls.length
    expect(await handshake).toMatchObject({ code: 'ERR_HANDLE_FREED' })
    for (let i = 0; i < 5; i++) await new Promise((resolve) => { setImmediate(resolve) })
    expect(slices.mock.calls.length).toBe(asked)
    slices.mockRestore()
  })
})
