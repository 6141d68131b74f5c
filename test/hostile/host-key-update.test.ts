// hostkeys-00@openssh.com and hostkeys-prove-00: a server lies about its host keys.
import { describe, expect, test } from 'vitest'
import { generateKeyPair, type HostKeyUpdate } from '../../src/index.ts'
import { hostKeysAnnounced } from '../../src/client/host-key-update.ts'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { securityKey } from '../unit/keys/software-authenticators.ts'

const rsa = generateKeyPair('rsa', { bits: 2048 })
/** 1024 bits. */
const shortRsa = new WireWriter().string('ssh-rsa').mpint(Uint8Array.of(1, 0, 1)).mpint(new Uint8Array(128).fill(255)).finish()

describe('a server that lies', () => {
  const sessionId = new Uint8Array(32).fill(7)
  /** Announces keys, and proves them as `answer` says. */
  async function lie(announced: readonly Uint8Array[], answer: (request: Uint8Array) => Promise<Uint8Array | undefined>) {
    const session = {
      hostkey: () => ({ key: announced[0]!, type: 0 }), firstExchange: () => ({ sessionId, hostKey: announced[0]!, signature: new Uint8Array() }), methods: () => 'ssh-ed25519',
      globalRequest: (_: string, body: Uint8Array, answered: (body: Uint8Array | undefined) => void) => { void answer(body).then(answered); return 0 },
      complete: async (call: () => unknown) => call(), ended: () => new Promise<never>(() => {}),
    } as unknown as Parameters<typeof hostKeysAnnounced>[0]
    let proved: boolean | undefined
    const body = announced.reduce((writer, key) => writer.string(key), new WireWriter(1024)).finish()
    await hostKeysAnnounced(session, { host: 'h', port: 22 }, async (update) => { proved = await update.prove(update.keys) }, ['ssh-ed25519'], body)
    return proved
  }
  const pairs = () => Promise.all([generateKeyPair('ed25519'), generateKeyPair('ed25519')])
  const sign = async (keys: Awaited<ReturnType<typeof pairs>>, id = sessionId) => Promise.all(keys.map((key) => key.sign(new WireWriter().string('hostkeys-prove-00@openssh.com').string(id).string(key.publicKey).finish(), 'ssh-ed25519')))
  const list = (signatures: readonly Uint8Array[]) => signatures.reduce((writer, one) => writer.string(one), new WireWriter(1024)).finish()

  test('an honest one, for comparison', async () => {
    const keys = await pairs()
    expect(await lie(keys.map(({ publicKey: blob }) => blob), async () => list(await sign(keys)))).toBe(true)
  })
  test.each(['ed25519', 'ec'] as const)('a security key (%s) proves itself although nobody sits at the server: sshd signs without a touch', async (type) => {
    const key = securityKey(type, { present: false }), other = securityKey(type, { present: false })
    const blob = new Uint8Array(key.publicKey as Uint8Array), message = Buffer.from(new WireWriter(1024).string('hostkeys-prove-00@openssh.com').string(sessionId).string(blob).finish())
    const prove = async (signer: typeof key) => (await heard([blob], { offered: [readType(blob)], answer: async () => list([new Uint8Array(await signer.sign(message, ''))]) })).map(({ proved }) => proved)
    expect(await prove(key)).toEqual([true])
    expect(await prove(other)).toEqual([false])
  })
  const readType = (blob: Uint8Array) => Buffer.from(blob.subarray(4, 4 + blob[3]!)).toString()
  test.each<[string, (signatures: readonly Uint8Array[], others: readonly Uint8Array[]) => Uint8Array | undefined]>([
    ['refuses', () => undefined], ['another order', (s) => list([...s].reverse())], ['the signatures of another session', (_, others) => list(others)], ['one more', (s) => list([...s, s[0]!])],
  ])('%s: nothing is proved', async (_name, answer) => {
    const keys = await pairs()
    const [right, others] = [await sign(keys), await sign(keys, new Uint8Array(32))]
    expect(await lie(keys.map(({ publicKey: blob }) => blob), async () => answer(right, others))).toBe(false)
  })
  /** The keys that a policy hears of, and whether they were proved, with this key exchange. */
  async function heard(announced: readonly Uint8Array[], { offered = ['ssh-ed25519'], exchange = 'ssh-ed25519', times = 1, answer = async (): Promise<Uint8Array | undefined> => undefined } = {}) {
    const session = {
      hostkey: () => ({ key: announced[0]!, type: 0 }), firstExchange: () => ({ sessionId, hostKey: announced[0]!, signature: new Uint8Array() }), methods: () => exchange,
      globalRequest: (_: string, __: Uint8Array, answered: (body: Uint8Array | undefined) => void) => { void answer().then(answered); return 0 },
      complete: async (call: () => unknown) => call(), ended: () => new Promise<never>(() => {}),
    } as unknown as Parameters<typeof hostKeysAnnounced>[0]
    const updates: { keys: HostKeyUpdate['keys'], proved: boolean }[] = []
    for (let time = 0; time < times; time++) await hostKeysAnnounced(session, { host: 'h', port: 22 }, async ({ keys, prove }) => { updates.push({ keys, proved: await prove(keys) }) }, offered, list(announced))
    return updates
  }
  test('a key that was proved is not asked about again, one that was not is: what a server refuses at last proves nothing', async () => {
    const keys = await pairs(), right = await sign(keys)
    const blobs = keys.map(({ publicKey: blob }) => blob)
    const asked: number[] = []
    const session = {
      hostkey: () => ({ key: blobs[0]!, type: 0 }), firstExchange: () => ({ sessionId, hostKey: blobs[0]!, signature: new Uint8Array() }), methods: () => 'ssh-ed25519',
      globalRequest: (_: string, body: Uint8Array, answered: (body: Uint8Array | undefined) => void) => { asked.push(body.length); answered(asked.length === 1 ? list([right[0]!]) : undefined); return 0 },
      complete: async (call: () => unknown) => call(), ended: () => new Promise<never>(() => {}),
    } as unknown as Parameters<typeof hostKeysAnnounced>[0]
    const results: boolean[] = []
    await hostKeysAnnounced(session, { host: 'h', port: 22 }, async ({ prove }) => {
      for (const claimed of [[blobs[0]!], [blobs[0]!], blobs, [blobs[1]!], []]) results.push(await prove(claimed))
    }, ['ssh-ed25519'], list(blobs))
    expect(results).toEqual([true, true, false, false, false])
    expect(asked).toHaveLength(3)
  })
  test('a second announcement does not count', async () => {
    const keys = (await pairs()).map(({ publicKey: blob }) => blob)
    expect(await heard(keys, { times: 3 })).toHaveLength(1)
  })
  test('unknown types, certificates, types that are not offered and short RSA keys are skipped', async () => {
    const [one] = await pairs()
    const others = [
      new WireWriter().string('ssh-new@example.org').string('x').finish(), new WireWriter().string('').finish(), new WireWriter().string('ssh-ed25519').string('short').finish(),
      new WireWriter().bytes(one.publicKey).byte(0).finish(), new WireWriter().string('ssh-ed25519-cert-v01@openssh.com').string(new Uint8Array(32)).finish(),
      (await generateKeyPair('ecdsa')).publicKey, shortRsa,
    ]
    const [update] = await heard([one.publicKey, ...others], { offered: ['ssh-ed25519', 'rsa-sha2-512'] })
    expect(update!.keys).toEqual([one.publicKey])
  })
  test.each([['rsa-sha2-512', 'rsa-sha2-512', true], ['rsa-sha2-512', 'rsa-sha2-256', false], ['rsa-sha2-256', 'rsa-sha2-512', false], ['rsa-sha2-512-cert-v01@openssh.com', 'rsa-sha2-256', false], ['ssh-ed25519', 'rsa-sha2-256', true], ['ssh-ed25519', 'rsa-sha2-512', true]])('an RSA key after a key exchange with %s proves itself with %s: %j', async (exchange, algorithm, proved) => {
    const key = await rsa
    const answer = async () => list([await key.sign(new WireWriter().string('hostkeys-prove-00@openssh.com').string(sessionId).string(key.publicKey).finish(), algorithm)])
    expect(await heard([key.publicKey], { offered: ['rsa-sha2-512'], exchange, answer })).toEqual([{ keys: [key.publicKey], proved }])
  })
  test('65 kB of keys are too many', async () => {
    await expect(heard([new Uint8Array(65_537)])).rejects.toThrow(/too many bytes/)
  })
  test('a short list is an error', async () => {
    const keys = await pairs()
    await expect(lie(keys.map(({ publicKey: blob }) => blob), async () => list((await sign(keys)).slice(0, 1)))).rejects.toThrow()
  })
  test('10,000 keys, a key twice, garbage: an error, or nothing', async () => {
    const [one, two] = await pairs()
    await expect(lie(Array<Uint8Array>(10_000).fill(one.publicKey), async () => undefined)).rejects.toThrow()
    await expect(lie([one.publicKey, two.publicKey, one.publicKey], async () => undefined)).rejects.toThrow(/twice/)
    expect(await lie([Uint8Array.of(0, 0, 0, 9)], async () => undefined)).toBeUndefined()
  })
})
