import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { Channel } from '../../../src/bindings/index.ts'
import { type Client, connect, insecureAcceptAnyHostKey, publicKey } from '../../../src/index.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import { startSshd } from '../../support/sshd.ts'
import { within } from '../../support/within.ts'

let server: SshServer
let client: Client
beforeAll(async () => {
  server = await startSshd()
  client = await connect({ host: server.host, port: server.port, username: server.user, hostKey: insecureAcceptAnyHostKey(), auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))] })
})
afterEach(() => { vi.restoreAllMocks() })
afterAll(async () => {
  await client.close()
  await server.stop()
})

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Map<number, number>> {
  const counts = new Map<number, number>()
  for await (const chunk of stream) for (const byte of chunk) counts.set(byte, (counts.get(byte) ?? 0) + 1)
  return counts
}

const letter = (text: string) => text.charCodeAt(0)
const MEBIBYTE = 1 << 20

test('data of stdout makes nobody look for stderr', async () => {
  const reads = vi.spyOn(Channel.prototype, 'readParts')
  const process = await client.exec(`head -c ${4 * MEBIBYTE} /dev/zero | tr '\\0' o`)
  const [out, error] = await within(20_000, 'both streams', Promise.all([bytesOf(process.stdout), bytesOf(process.stderr)]))
  expect([[...out], [...error]]).toEqual([[[letter('o'), 4 * MEBIBYTE]], []])
  const of = (stream: number) => reads.mock.calls.filter(([, streamId = 0]) => streamId === stream).length
  expect(of(0)).toBeGreaterThan(8)
  expect(of(1)).toBeLessThanOrEqual(4)
})

test('both streams arrive whole, each larger than the window, in turns', async () => {
  const turn = `head -c ${MEBIBYTE} /dev/zero | tr '\\0' o; head -c ${MEBIBYTE} /dev/zero | tr '\\0' e >&2`
  const process = await client.exec(`for i in 1 2 3 4 5; do ${turn}; done`)
  const [out, error] = await within(20_000, 'both streams', Promise.all([bytesOf(process.stdout), bytesOf(process.stderr)]))
  expect([[...out], [...error]]).toEqual([[[letter('o'), 5 * MEBIBYTE]], [[letter('e'), 5 * MEBIBYTE]]])
  expect(await process.exit).toMatchObject({ code: 0 })
})

test('a reader that comes late to stderr gets what arrived before, and what comes after', async () => {
  const process = await client.exec('echo early >&2; echo out; read line; echo $line >&2')
  const out = process.stdout.getReader()
  expect(new TextDecoder().decode((await out.read()).value)).toBe('out\n')
  const error = process.stderr.getReader()
  expect(new TextDecoder().decode((await within(10_000, 'the early line', error.read())).value)).toBe('early\n')
  const stdin = process.stdin.getWriter()
  await stdin.write('late\n')
  expect(new TextDecoder().decode((await within(10_000, 'the late line', error.read())).value)).toBe('late\n')
  await stdin.close()
  await process.exit
})
