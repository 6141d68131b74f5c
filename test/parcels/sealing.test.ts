// What is written arrives, by the runtime's ciphers, which take it from the writer's memory, by those of WebAssembly, and under compression: in pieces of
// all sizes, through new keys from both sides, in memory that its owner writes to again once a write has resolved, on several channels by turns.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../src/index.ts'
import { clientOf } from '../support/client-of.ts'
import { seededRandom } from '../support/random.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'

const PIECES = [1, 15, 16, 17, 100, 4095, 16_383, 16_384, 32_767, 32_768, 32_769, 100_000]
const CHANNELS = 3

let server: SshServer
beforeAll(async () => {
  server = await startSshd({ config: ['Compression yes', 'RekeyLimit 3M'] })
})
afterAll(() => server.stop())

/** The hash that the server computes of all that `pieces` wrote, each into the same memory, and the hash of it here. */
async function hashes(client: Client, seed: number): Promise<[there: string, here: string]> {
  const random = seededRandom(seed)
  const process = await client.exec('sha256sum')
  const said = new Response(process.stdout).text()
  const writer = process.stdin.getWriter()
  const memory = new Uint8Array(100_000)
  const hash = createHash('sha256')
  for (let at = 0; at < 100; at++) {
    const piece = memory.subarray(0, PIECES[(at * 5 + seed) % PIECES.length])
    piece.set(random.bytes(piece.length))
    hash.update(piece)
    await writer.write(piece)
    memory.fill(0xee)
  }
  await writer.close()
  return [(await said).split(' ')[0] as string, hash.digest('hex')]
}

describe.each([
  ['aes128-gcm@openssh.com', { hostCrypto: true }], ['aes256-gcm@openssh.com', { hostCrypto: true }], ['aes128-gcm@openssh.com', { hostCrypto: false }],
  ['chacha20-poly1305@openssh.com', { hostCrypto: false }], ['aes128-ctr', { hostCrypto: true }], ['aes128-gcm@openssh.com', { hostCrypto: true, compress: true }],
] as const)('%s %o', (cipher, options) => {
  test('arrives as it was written', async () => {
    const client = await clientOf(server, { ...options, algorithms: { cipher: [cipher] }, rekey: { bytes: 2 << 20 } })
    const all = await Promise.all(Array.from({ length: CHANNELS }, (_, at) => hashes(client, at + 1)))
    for (const [there, here] of all) expect(there).toBe(here)
    await client.close()
  }, 60_000)
})
