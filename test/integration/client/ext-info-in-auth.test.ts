// OpenSSH since 9.6 names the signature algorithms of the user who logs in, for clients that say that they listen.
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publicKey } from '../../../src/index.ts'
import { clientOf } from '../../support/client-of.ts'
import { requirePeer } from '../../support/require-peer.ts'
import { currentUser, type SshServer } from '../../support/ssh-server.ts'
import { startSshd } from '../../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../../support/temporary.ts'

describe.runIf(requirePeer('sshd') && requirePeer('sshd-trixie'))('ext-info-in-auth', () => {
  let files: TemporaryDirectory, server: SshServer, older: SshServer
  beforeAll(async () => {
    files = temporaryDirectory('ext-info')
    // In a file of its own, so that what follows is for everybody again.
    writeFileSync(files.file('match'), `Match User ${currentUser()}\n  PubkeyAcceptedAlgorithms rsa-sha2-256\n`)
    const config = [`Include ${files.file('match')}`, 'LogLevel DEBUG3'];
    [server, older] = await Promise.all([startSshd({ release: 'trixie', config }), startSshd({ config })])
  })
  afterAll(async () => {
    await Promise.all([server?.stop(), older?.stop()])
    files?.remove()
  })

  it('two EXT_INFO come, and the login goes by the second: a key signs by the one algorithm that this user may use', async () => {
    await using client = await clientOf(server, { auth: [publicKey(readFileSync(server.keys.rsa.path, 'utf8'))] })
    expect(client.authenticatedBy).toMatchObject({ method: 'publickey', algorithm: 'rsa-sha2-256' })
    expect((await client.run('echo in')).stdout).toBe('in\n')
    await expect.poll(() => server.log().match(/Sending SSH2_MSG_EXT_INFO/g)?.length).toBe(2)
  })

  it('a server that sends no second one is as before', async () => {
    await using client = await clientOf(older, { auth: [publicKey(readFileSync(older.keys.rsa.path, 'utf8'), { algorithms: ['rsa-sha2-256'] })] })
    expect((await client.run('echo in')).stdout).toBe('in\n')
  })
})
