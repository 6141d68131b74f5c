import { expect, test } from 'vitest'
import { LiveWrites } from '../../../src/client/live-writes.ts'
import { rejection } from '../../support/within.ts'
import { fakeChannel } from '../bindings/fake-channel.ts'
import { settled } from '../core/driver-of-nothing.ts'

const bytes = (...values: number[]) => Uint8Array.of(...values)

/** What has become of promises, in the order in which it did. */
function outcomes(promises: readonly Promise<void>[]): string[] {
  const seen: string[] = []
  for (const [at, promise] of promises.entries()) promise.then(() => seen.push(`${at} written`), (reason: unknown) => seen.push(`${at} ${String(reason)}`))
  return seen
}

test('writes follow each other, and each resolves when the window has taken all of it', async () => {
  const { channel, peer, driver } = fakeChannel()
  peer.window = 3
  const writes = new LiveWrites(channel)
  const seen = outcomes([writes.write(bytes(1, 2)), writes.write(bytes(3, 4)), writes.write(bytes(5))])
  await settled()
  expect([peer.received, seen]).toEqual([[1, 2, 3], ['0 written']])
  peer.window = 10
  driver.arrived()
  await settled()
  expect([peer.received, seen]).toEqual([[1, 2, 3, 4, 5], ['0 written', '1 written', '2 written']])
  await writes.write(bytes(6))
  expect(peer.received).toEqual([1, 2, 3, 4, 5, 6])
})

test('at the end those that wait reject with the reason, and are not written', async () => {
  const { channel, peer, driver } = fakeChannel()
  peer.window = 1
  const writes = new LiveWrites(channel)
  const seen = outcomes([writes.write(bytes(1, 2)), writes.write(bytes(3))])
  writes.end('over')
  peer.window = 10
  driver.arrived()
  await settled()
  expect([peer.received, seen]).toEqual([[1], ['0 over', '1 over']])
})

test('a channel that the peer closes refuses what waits, and what comes later', async () => {
  const { channel, peer, driver } = fakeChannel()
  peer.window = 1
  const writes = new LiveWrites(channel)
  const refused = [writes.write(bytes(1, 2)), writes.write(bytes(3))].map(rejection)
  peer.closed = true
  driver.arrived()
  const error = { code: 'ERR_LIBSSH2_CHANNEL_CLOSED' }
  expect(await Promise.all(refused)).toEqual([expect.objectContaining({ ...error, bytesWritten: 1 }), expect.objectContaining(error)])
  expect(await rejection(writes.write(bytes(4)))).toMatchObject(error)
})
