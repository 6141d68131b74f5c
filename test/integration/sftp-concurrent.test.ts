import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LIBSSH2_FXF_CREAT, LIBSSH2_FXF_READ, LIBSSH2_FXF_WRITE, type Sftp } from '../../src/bindings/index.ts'
import { rejection, within } from '../support/within.ts'
import { useSession } from '../support/use-session.ts'

const used = useSession()
const folder = mkdtempSync(join(tmpdir(), 'sftp-'))
let sftp: Sftp
beforeAll(async () => { sftp = await used.session.complete(() => used.session.sftpInit()) })
afterAll(() => rmSync(folder, { recursive: true }))

const open = (name: string) => used.session.complete(() => sftp.open(join(folder, name), LIBSSH2_FXF_CREAT | LIBSSH2_FXF_WRITE | LIBSSH2_FXF_READ))

/** Runs of one byte in a file: who wrote what, in which order. */
function runs(name: string): [byte: number, length: number][] {
  const found: [number, number][] = []
  for (const byte of readFileSync(join(folder, name))) {
    const last = found.at(-1)
    if (last?.[0] === byte) last[1] += 1
    else found.push([byte, 1])
  }
  return found
}

test('two writes at once on one handle do not mix', async () => {
  const { session } = used
  const handle = await open('two')
  const size = 200_000
  const write = (byte: number) => {
    const data = new Uint8Array(size).fill(byte)
    return within(10_000, `write ${byte}`, session.complete(() => handle.write(data)))
  }
  const counts = await Promise.all([write(1), write(2), write(3)])
  expect(counts).toEqual([[size, size], [size, size], [size, size]])
  expect(runs('two')).toEqual([[1, size], [2, size], [3, size]])
  await session.complete(() => handle.close())
})

test('a write that is repeated with equal bytes in another array goes on', async () => {
  const { session } = used
  const handle = await open('equal')
  const [rc] = await within(10_000, 'write', session.complete(() => handle.write(new Uint8Array(100_000).fill(7))))
  expect(rc).toBe(100_000)
  expect(runs('equal')).toEqual([[7, rc]])
  await session.complete(() => handle.close())
})

test('an aborted write is finished unseen, and the next one follows it', async () => {
  const { session } = used
  const handle = await open('aborted')
  const controller = new AbortController()
  const first = new Uint8Array(100_000).fill(1)
  const aborted = rejection(session.complete(() => handle.write(first), { signal: controller.signal }))
  controller.abort('enough')
  expect(await aborted).toBe('enough')
  const second = new Uint8Array(50_000).fill(2)
  const [rc] = await within(10_000, 'second write', session.complete(() => handle.write(second)))
  expect(rc).toBe(50_000)
  expect(runs('aborted')).toEqual([[1, 100_000], [2, 50_000]])
  await session.complete(() => handle.close())
})

test('a write that was aborted before its turn leaves nothing behind', async () => {
  const { session } = used
  const [one, other] = [await open('turn'), await open('other')]
  const controller = new AbortController()
  const busy = session.complete(() => other.write(new Uint8Array(1_000_000)))
  const aborted = rejection(session.complete(() => one.write(new Uint8Array(1000).fill(1)), { signal: controller.signal }))
  controller.abort('enough')
  expect(await aborted).toBe('enough')
  await busy
  await within(10_000, 'next write', session.complete(() => one.write(new Uint8Array(500).fill(2))))
  expect(runs('turn')).toEqual([[2, 500]])
  for (const handle of [one, other]) await session.complete(() => handle.close())
})

test('calls at once on one SFTP object each get their own answer', async () => {
  const { session } = used
  const sizes = Array.from({ length: 30 }, (_, i) => 10 + i)
  for (const size of sizes) {
    const handle = await open(`size-${size}`)
    await session.complete(() => handle.write(new Uint8Array(size)))
    await session.complete(() => handle.close())
  }
  const found = await Promise.all(sizes.map((size) => session.complete(() => sftp.stat(join(folder, `size-${size}`)))))
  expect(found.map(({ filesize }) => filesize)).toEqual(sizes)
})
