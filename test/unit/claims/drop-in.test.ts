// The host keys of the drop-in: which of the ways to judge them counts, and how the mode may change.
import { beforeEach, expect, test, vi } from 'vitest'

const load = () => import('../../../src/ssh2/host-keys/mode.ts')
beforeEach(() => { vi.resetModules() })

test('after the first connection the mode can only become stricter', async () => {
  const { hostKeysMode, setDefaultHostKeys } = await load()
  setDefaultHostKeys('strict')
  setDefaultHostKeys('warn')
  expect(hostKeysMode({})).toBe('warn')
  expect(() => setDefaultHostKeys('ssh2')).toThrow(expect.objectContaining({ code: 'ERR_SSH2_HOST_KEYS' }) as Error)
  expect(hostKeysMode({ SSH2_HOST_KEYS: 'ssh2' })).toBe('warn')
  setDefaultHostKeys('accept-new')
  expect(hostKeysMode({})).toBe('accept-new')
  expect(() => setDefaultHostKeys('warn')).toThrow('only become stricter')
  expect(hostKeysMode({})).toBe('accept-new')
})

test('setDefaultHostKeys comes before the variable, and warn is the default', async () => {
  expect((await load()).hostKeysMode({})).toBe('warn')
  vi.resetModules()
  expect((await load()).hostKeysMode({ SSH2_HOST_KEYS: 'strict' })).toBe('strict')
  vi.resetModules()
  const { hostKeysMode, setDefaultHostKeys } = await load()
  setDefaultHostKeys('accept-new')
  expect(hostKeysMode({ SSH2_HOST_KEYS: 'ssh2' })).toBe('accept-new')
  expect(() => setDefaultHostKeys('anything' as never)).toThrow(TypeError)
})

test('a mode in the variable that there is none of is an error', async () => {
  const { hostKeysMode } = await load()
  expect(() => hostKeysMode({ SSH2_HOST_KEYS: 'lax' })).toThrow(expect.objectContaining({ code: 'ERR_SSH2_HOST_KEYS' }) as Error)
})

test("the caller's verifier comes before a policy, and a policy before the mode", async () => {
  const { readSettings } = await import('../../../src/ssh2/client/settings.ts')
  const { setDefaultHostKeys } = await load()
  setDefaultHostKeys('strict')
  // An Ed25519 key in its wire form: the type, and 32 bytes.
  const key = Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.from([0, 0, 0, 32]), Buffer.alloc(32, 7)])
  const asked: string[] = []
  const hostVerifier = () => { asked.push('verifier'); return true }
  const hostKey = { verify: async () => { asked.push('policy'); return true } } as never
  const judged = async (config: object) => readSettings({ host: 'db1.example', username: 'user', password: 'x', ...config }, () => {}).judge.verify(key)
  await judged({ hostVerifier, hostKey })
  await judged({ hostKey })
  expect(asked).toEqual(['verifier', 'policy'])
  await expect(judged({})).rejects.toThrow('Host denied')
})
