import { expect, test } from 'vitest'
import { askLimits, EVERY_SERVER, LARGEST_REQUEST } from '../../../src/sftp/protocol/limits.ts'
import type { SftpRequests } from '../../../src/sftp/protocol/requests.ts'
import { WireReader } from '../../../src/wire-format/reader.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'

/** What a server that states these limits gets asked. */
function limitsOf(read: bigint, write: bigint) {
  const reply = new WireWriter().uint64(1n << 20n).uint64(read).uint64(write).uint64(9n).finish()
  const requests = {
    connection: { extensions: new Map([['limits@openssh.com', '1']]) },
    extendedReply: (_name: string, _about: string, _body: unknown, result: (body: WireReader) => unknown) => Promise.resolve(result(new WireReader(reply))),
  } as unknown as SftpRequests
  return askLimits(requests, undefined)
}

test.each([
  [0n, EVERY_SERVER.maxReadLength], [1n, EVERY_SERVER.maxReadLength], [511n, EVERY_SERVER.maxReadLength], [512n, 512], [100_000n, 100_000], [1n << 62n, LARGEST_REQUEST],
])('a stated limit of %d is taken as %d', async (said, taken) => {
  expect(await limitsOf(said, said)).toEqual({ maxReadLength: taken, maxWriteLength: taken, maxOpenHandles: 9 })
})
