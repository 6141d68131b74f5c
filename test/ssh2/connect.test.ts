import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Client } from '../../src/ssh2/index.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'

describe('a client of the drop-in', () => {
  let server: SshServer
  beforeAll(async () => { server = await startSshd() })
  afterAll(() => server.stop())

  test('connects, tells its events in order, and ends', async () => {
    const client = new Client()
    const events: string[] = []
    for (const event of ['connect', 'greeting', 'handshake', 'banner', 'ready', 'error', 'end', 'close']) client.on(event, () => events.push(event))
    const { host, port, user: username, keys } = server
    client.connect({ host, port, username, privateKey: readFileSync(keys.ed25519.path), hostVerifier: () => true })
    await once(client, 'ready')
    client.end()
    await once(client, 'close')
    expect(events).toEqual(['connect', 'handshake', 'ready', 'end', 'close'])
  })
})
