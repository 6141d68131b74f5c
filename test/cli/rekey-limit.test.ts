// RekeyLimit of the program, beside OpenSSH's ssh: the server's log counts the key exchanges.
import { expect, test } from 'vitest'
import { requirePeer } from '../support/require-peer.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { ended, sshPrograms } from './beside-ssh.ts'
import { configFor } from './program.ts'

const SIZE = 1 << 20

test.runIf(requirePeer('sshd')).each([
  ['256K', 2, Infinity], ['16M', 0, 0],
] as const)('RekeyLimit %s: new keys %i to %f times within 1 MiB each way, and the bytes are whole', async (limit, least, most) => {
  const files = temporaryDirectory('rekey-limit')
  const programs = sshPrograms(files)
  try {
    for (const which of ['stock', 'ours'] as const) {
      // OpenSSH's server writes at DEBUG1 when new keys begin to count.
      const server = await startSshd({ config: ['LogLevel DEBUG1'] })
      try {
        const { code, stdout } = await ended([programs[which], '-F', configFor(server, files), '-o', `RekeyLimit=${limit}`, 'demo', 'cat'], { stdin: 'x'.repeat(SIZE) })
        expect([which, code, stdout.length, stdout.replaceAll('x', '')]).toEqual([which, 0, SIZE, ''])
        // The first exchange is that of the handshake.
        const again = () => (server.log().match(/SSH2_MSG_NEWKEYS sent/g)?.length ?? 0) - 1
        await expect.poll(again, { message: which }).toBeGreaterThanOrEqual(least)
        expect(again(), which).toBeLessThanOrEqual(most)
      } finally {
        await server.stop()
      }
    }
  } finally {
    files.remove()
  }
})
