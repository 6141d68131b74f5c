// The warning of ssh(1) since 10.1, and the keys of a terminal.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { startTap } from '../support/tap.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import { configFor, PROGRAM, run } from './program.ts'
import { requireTmux, Screen } from './screen.ts'

describe.runIf(requirePeer('sshd'))('a connection that is not post-quantum', () => {
  let classical: SshServer, hybrid: SshServer, files: TemporaryDirectory, other: TemporaryDirectory
  beforeAll(async () => {
    [classical, hybrid] = await Promise.all([startSshd({ config: ['KexAlgorithms curve25519-sha256'] }), startSshd()])
    files = temporaryDirectory('cli-pq')
    other = temporaryDirectory('cli-pq')
  })
  afterAll(async () => {
    await Promise.all([classical?.stop(), hybrid?.stop()])
    files?.remove()
    other?.remove()
  })

  const stderrOf = async (options: readonly string[], server = classical, directory = files) => {
    const { code, stdout, stderr } = await run(['-F', configFor(server, directory), ...options.flatMap((option) => ['-o', option]), 'demo', 'echo in'])
    expect([code, stdout]).toEqual([0, 'in\n'])
    return stderr.replaceAll('\r\n', '\n')
  }

  test('is warned of, as ssh does it', async () => {
    expect(await stderrOf([])).toBe(`** WARNING: connection is not using a post-quantum key exchange algorithm.
** This session may be vulnerable to "store now, decrypt later" attacks.
** The server may need to be upgraded. See https://openssh.com/pq.html
`)
  })

  test.each(['WarnWeakCrypto=no', 'WarnWeakCrypto=no-pq-kex', 'KexAlgorithms=curve25519-sha256', 'LogLevel=ERROR'])('not with %s', async (option) => {
    expect(await stderrOf([option])).toBe('')
  })

  test('and one that is, is not', async () => {
    expect(await stderrOf([], hybrid, other)).toBe('')
  })
})

describe.runIf(requireTmux('ObscureKeystrokeTiming of the program') && requirePeer('sshd') && requirePeer('sshd-trixie'))('ObscureKeystrokeTiming', () => {
  test.each([['yes', true], ['interval:40', true], ['no', false]] as const)('%s', async (value, obscured) => {
    await using server = await startSshd({ release: 'trixie' })
    await using way = await startTap(server)
    const files = temporaryDirectory('cli-keys')
    const config = configFor({ ...server, port: way.port }, files)
    const screen = new Screen(`'${process.execPath}' '${PROGRAM}' -F '${config}' -o ObscureKeystrokeTiming=${value} -t demo 'stty -icanon -echo; echo ready; echo "got $(head -c 4)"; sleep 60'`)
    try {
      await screen.shows('ready')
      const before = way.toClient.length
      screen.type('w')
      // Nothing is echoed: what comes back are answers to PING.
      const answers = () => way.toClient.length - before
      if (obscured) await expect.poll(answers).toBeGreaterThan(2)
      else {
        await new Promise((resolve) => setTimeout(resolve, 500))
        expect(answers()).toBe(0)
      }
      screen.type('ord')
      await screen.shows('got word')
    } finally {
      screen.end()
      files.remove()
    }
  }, 60_000)
})
