// An instance whose only session has ended is used again by a later session (src/ffi/running-module.ts): with every byte of its memory as new, and with no way back for the earlier one.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Instance } from '../../../src/ffi/instance.ts'
import type { Bytes, SessionPointer } from '../../../src/ffi/exports.gen.ts'
import { CONTEXT } from '../../../src/bindings/session-context.ts'
import { Session } from '../../../src/bindings/index.ts'
import { LIBSSH2_METHOD_KEX } from '../../../src/ffi/constants.gen.ts'

/** A server that never says anything. */
const silent = () => ({ readable: new ReadableStream<Uint8Array>(), writable: new WritableStream<Uint8Array>() })
const create = () => Session.create(silent())
const turn = () => new Promise((resolve) => { setImmediate(resolve) })
/** The session's instance, without asking for it. */
const inside = (session: Session) => session[CONTEXT].instance
const exportsOf = (instance: Instance) => instance.call((c) => c)
const memoryOf = (instance: Instance) => new Uint8Array((exportsOf(instance) as unknown as { memory: WebAssembly.Memory }).memory.buffer)

/** So that no module of another test is idle. */
const holding: Session[] = []
beforeAll(async () => { for (let at = 0; at < 8; at++) holding.push(await create()) })
afterAll(() => { for (const session of holding) session.free() })

describe('after the end of its only session', () => {
  test('a module serves the next one, with the memory of a new one', async () => {
    const fresh = await Instance.create()
    const first = await create()
    const used = exportsOf(inside(first))
    const memory = memoryOf(inside(first))
    first.bannerSet('SSH-2.0-of_the_first_session')
    inside(first).heap.write(inside(first).heap.allocate(20_000), new Uint8Array(20_000).fill(7))
    expect(Buffer.from(memory).includes('of_the_first_session')).toBe(true)
    first.free()
    await turn()
    expect(memory.length).toBe(memoryOf(fresh).length)
    expect(Buffer.compare(memory, memoryOf(fresh))).toBe(0)
    const second = await create()
    expect(exportsOf(inside(second))).toBe(used)
    expect(inside(second)).not.toBe(inside(first))
    second.free()
    await turn()
    // Nobody takes back what it has given.
    expect(exportsOf(inside(await create()))).toBe(used)
  })

  test('nothing of the earlier session reaches it', async () => {
    const first = await create()
    const [instance, { heap }] = [inside(first), inside(first)]
    const used = exportsOf(instance)
    const failure = 'the session has been freed'
    first.free()
    await turn()
    const second = await create()
    expect(exportsOf(inside(second))).toBe(used)
    const before = memoryOf(inside(second)).slice()
    expect(() => instance.call((c) => c.libssh2_session_last_errno(1024 as SessionPointer))).toThrow(expect.objectContaining({ code: 'ERR_HANDLE_FREED' }))
    heap.write(1024 as Bytes, Uint8Array.of(1, 2, 3))
    heap.zero(0 as Bytes, 20_000)
    heap.wipe()
    expect(heap.copy(0 as Bytes, 100)).toEqual(new Uint8Array(0))
    expect(() => first.methodPref(LIBSSH2_METHOD_KEX, 'curve25519-sha256')).toThrow(failure)
    expect(() => first.supportedAlgs(LIBSSH2_METHOD_KEX)).toThrow(expect.objectContaining({ code: 'ERR_HANDLE_FREED' }))
    expect(() => first.handshake()).toThrow(failure)
    first.free()
    expect(Buffer.compare(before, memoryOf(inside(second)))).toBe(0)
    expect(second.failure).toBeUndefined()
    expect(second.methodPref(LIBSSH2_METHOD_KEX, 'curve25519-sha256')).toBe(0)
    second.free()
  })
})

describe('a module is not used again', () => {
  const after = async (use: (session: Session) => void): Promise<boolean> => {
    const session = await create()
    const used = exportsOf(inside(session))
    use(session)
    session.free()
    await turn()
    const next = await create()
    holding.push(next)
    return exportsOf(inside(next)) === used
  }

  test('if nothing speaks against it, it is', async () => { expect(await after(() => {})).toBe(true) })
  test('if somebody has asked for its instance', async () => { expect(await after((session) => { expect(session.instance.heapUsed()).toBeGreaterThan(0) })).toBe(false) })
  test('if its memory has grown', async () => { expect(await after((session) => { inside(session).heap.allocate(1 << 20) })).toBe(false) })
  test('after a trap', async () => {
    expect(await after((session) => { expect(() => inside(session).call((c) => c.libssh2_session_last_errno(0x7ffffff0 as SessionPointer))).toThrow('trap') })).toBe(false)
  })

  test('while another session is in it, or if the caller gave it', async () => {
    const instance = await Instance.create()
    const used = exportsOf(instance)
    const [one, other] = [await Session.create(silent(), { instance }), await Session.create(silent(), { instance })]
    one.free()
    await turn()
    expect(exportsOf(instance)).toBe(used)
    other.free()
    await turn()
    expect(exportsOf(instance)).toBe(used)
    expect(instance.heapUsed()).toBe(0)
  })
})

test('modules that nobody will ask for again give way', async () => {
  const bytes = readFileSync(new URL('../../../src/ffi/libssh2.wasm', import.meta.url))
  for (let at = 0; at < 8; at++) {
    const session = await Session.create(silent(), { module: await WebAssembly.compile(bytes) })
    session.free()
    await turn()
  }
  const first = await create()
  const used = exportsOf(inside(first))
  first.free()
  await turn()
  const second = await create()
  expect(exportsOf(inside(second))).toBe(used)
  second.free()
})

test('who asks for the instance after the end gets it all the same: it is empty, and another session may begin in it', async () => {
  const session = await create()
  session.free()
  await turn()
  const taken = await create()
  const { instance } = session
  expect(instance.heapUsed()).toBe(0)
  const [one, other] = await Promise.all([Session.create(silent(), { instance }), Session.create(silent(), { instance })])
  expect([one.instance, other.instance]).toEqual([instance, instance])
  expect(exportsOf(instance)).not.toBe(exportsOf(inside(taken)))
  expect(one.methodPref(LIBSSH2_METHOD_KEX, 'curve25519-sha256')).toBe(0)
  for (const each of [one, other, taken]) each.free()
})
