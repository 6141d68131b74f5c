// What OpenSSH speaks beyond the RFCs, with each release of it that we have, and with AsyncSSH where it speaks it too. Its files, agents and terminals have tests
// of their own (docs/openssh-features.md).
import { connect as dial } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, connect, formatPublicKey, insecureAcceptAnyHostKey, memoryHostKeyStore, publicKey, trustOnFirstUse } from '../../src/index.ts'
import { startAsyncssh } from '../support/asyncssh.ts'
import { keyPair } from '../support/key-pairs.ts'
import { type PeerName, requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { within } from '../support/within.ts'

interface Case {
  readonly name: string
  readonly peers: readonly PeerName[]
  start(): Promise<SshServer>
  /** Whether it announces `publickey-hostbound@openssh.com`. */
  readonly hostbound: boolean
  /** Whether it announces `ping@openssh.com`. */
  readonly ping: boolean
  /** Whether it knows `eow@openssh.com`. */
  readonly eow: boolean
  /** Whether its SFTP has `users-groups-by-id@openssh.com` and `home-directory`. */
  readonly owners: boolean
}

const types = ['ed25519', 'ecdsa'] as const
const servers: readonly Case[] = [
  { name: 'OpenSSH as installed', peers: ['sshd'], start: () => startSshd({ hostKeyTypes: types }), hostbound: true, ping: false, eow: true, owners: true },
  { name: 'OpenSSH 8.4', peers: ['sshd', 'sshd-bullseye'], start: () => startSshd({ release: 'bullseye', hostKeyTypes: types }), hostbound: false, ping: false, eow: true, owners: false },
  { name: 'OpenSSH 10.0', peers: ['sshd', 'sshd-trixie'], start: () => startSshd({ release: 'trixie', hostKeyTypes: types }), hostbound: true, ping: true, eow: true, owners: true },
  { name: 'OpenSSH of sid', peers: ['sshd', 'sshd-sid'], start: () => startSshd({ release: 'sid', hostKeyTypes: types }), hostbound: true, ping: true, eow: true, owners: true },
  { name: 'AsyncSSH of trixie', peers: ['asyncssh-trixie'], start: () => startAsyncssh({ newer: true, hostKeyTypes: types, listen: { send_server_host_keys: true } }), hostbound: false, ping: false, eow: false, owners: false },
]

for (const { name, peers, start, hostbound, ping, eow, owners } of servers) {
  describe.runIf(peers.every((peer) => requirePeer(peer)))(name, () => {
    let server: SshServer, key: string, client: Client
    beforeAll(async () => {
      server = await start()
      key = (await keyPair('ed25519', 'user')).privateKey
      client = await connect({ ...target(), hostKey: insecureAcceptAnyHostKey() })
    })
    afterAll(async () => {
      await client.close()
      await server.stop()
    })
    const target = () => ({ host: '127.0.0.1', port: server.port, username: server.user, auth: [publicKey(key)] })

    test('a new host key is announced, proved and learnt', async () => {
      const lineOf = async (type: typeof types[number]) => (await keyPair(type, 'host')).publicKey.split(' ').slice(0, 2).join(' ')
      const at = `[127.0.0.1]:${server.port}`
      const store = memoryHostKeyStore(`${at} ${await lineOf('ecdsa')}\n`)
      const policy = trustOnFirstUse(store, { updateHostKeys: true })
      const proofs: (readonly [string, boolean])[] = []
      const decided = new Promise<void>((resolve) => {
        policy.update = ((update) => async (announced) => {
          for (const blob of announced.keys) proofs.push([formatPublicKey({ blob }), await announced.prove([blob])])
          await update(announced)
          resolve()
        })(policy.update!.bind(policy))
      })
      await using _client = await connect({ ...target(), hostKey: policy })
      await within(20_000, 'the announcement', decided)
      expect(proofs.sort()).toEqual([[await lineOf('ecdsa'), true], [await lineOf('ed25519'), true]])
      expect((await store.read()).trim().split('\n').sort()).toEqual([`${at} ${await lineOf('ecdsa')}`, `${at} ${await lineOf('ed25519')}`])
    })

    test('connections to a Unix socket come here, and none when it is given up', async () => {
      using directory = temporaryDirectory('streamlocal')
      const path = directory.file('socket')
      const listener = await client.listen({ path })
      const heard = new Promise<string>((resolve, reject) => {
        const socket = dial(path)
        socket.setEncoding('utf8').once('data', resolve).once('error', reject)
      })
      const connection = await within(20_000, 'a connection', listener.accept())
      const writer = connection!.writable.getWriter()
      await writer.write(new TextEncoder().encode('from here'))
      expect(await within(20_000, 'what was written', heard)).toBe('from here')
      await connection!.close()
      await listener.close()
      const answers = () => new Promise<boolean>((resolve) => {
        const socket = dial(path, () => { socket.destroy(); resolve(true) }).on('error', () => resolve(false))
      })
      await expect.poll(answers, { timeout: 20_000 }).toBe(false)
    })

    test(`the login ${hostbound ? 'names' : 'does not name'} the host key, and PING is ${ping ? 'known' : 'not sent'}`, async () => {
      const announced = client.session.extensions()
      expect([announced.has('publickey-hostbound@openssh.com'), announced.has('ping@openssh.com')]).toEqual([hostbound, ping])
      if (ping) for (let i = 0; i < 300; i++) client.session.sendPing()
      else expect(() => client.session.sendPing()).toThrow(/ping@openssh\.com/)
      expect((await client.run('echo goes on')).stdout).toBe('goes on\n')
    })

    test.runIf(eow)('a program whose output is given up ends', async () => {
      const process = await client.exec('while echo line; do :; done')
      const reader = process.stdout.getReader()
      await reader.read()
      await reader.cancel()
      expect(await within(20_000, 'the end', process.exit)).toMatchObject({ signal: 'PIPE' })
    })

    test.runIf(owners)('names of owners, and home directories', async () => {
      await using sftp = await client.sftp()
      expect(await sftp.ownerNames({ users: [0], groups: [0] })).toEqual({ users: new Map([[0, 'root']]), groups: new Map([[0, 'root']]) })
      expect(await sftp.homeDirectory('daemon')).toBe('/usr/sbin')
    })
  })
}
