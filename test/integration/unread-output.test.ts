import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LIBSSH2_CHANNEL_WINDOW_DEFAULT } from '../../src/bindings/index.ts'
import { connect, insecureAcceptAnyHostKey, publicKey } from '../../src/index.ts'
import { startSshd } from '../support/sshd.ts'
import { within } from '../support/within.ts'
import { exited } from '../support/exited.ts'

const MEGABYTE = 1 << 20

test('the output of one process stays unread while another channel moves 100 MB: no stall, memory bounded', async () => {
  await using server = await startSshd()
  await using client = await connect({
    host: server.host, port: server.port, username: server.user, hostKey: insecureAcceptAnyHostKey(),
    auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))],
  })
  const { instance } = client.session
  const used = instance.heapUsed()

  // It would write for ever; what nobody reads fills its window and no more.
  await using unread = await client.exec('exec cat /dev/zero')
  await expect.poll(() => unread.channel.windowReadEx().readAvail).toBeGreaterThan(LIBSSH2_CHANNEL_WINDOW_DEFAULT / 2)

  let most = 0
  const hash = createHash('sha256')
  let size = 0
  const mover = await client.exec(`dd if=/dev/zero bs=1048576 count=100 2>/dev/null | tr '\\000' 'x'`)
  await within(60_000, '100 MB', (async () => {
    for await (const chunk of mover.stdout as unknown as AsyncIterable<Uint8Array>) {
      hash.update(chunk)
      size += chunk.length
      most = Math.max(most, instance.heapUsed())
    }
  })())
  expect(await mover.exit).toEqual(exited(0))
  expect(size).toBe(100 * MEGABYTE)
  expect(hash.digest('hex')).toBe(createHash('sha256').update(new Uint8Array(100 * MEGABYTE).fill(120)).digest('hex'))

  // Two windows, and what libssh2 needs to keep them in packets.
  expect(most - used).toBeLessThan(3 * LIBSSH2_CHANNEL_WINDOW_DEFAULT)
  expect(instance.heap.size).toBeLessThan(24 * MEGABYTE)
  expect(unread.channel.windowReadEx().readAvail).toBeLessThanOrEqual(LIBSSH2_CHANNEL_WINDOW_DEFAULT)
  expect((await client.run('echo and others')).stdout).toBe('and others\n')

  // It was only waiting: it goes on when somebody reads.
  const reader = unread.stdout.getReader()
  let read = 0
  while (read < 2 * LIBSSH2_CHANNEL_WINDOW_DEFAULT) read += (await within(10_000, 'more', reader.read())).value?.length ?? 0
}, 90_000)
