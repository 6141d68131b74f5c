// What servers do with packets and channels otherwise than clients expect: lengths that OpenSSH allows (256 kB), channels of unknown types, ends that are not told,
// addresses of listeners that are spelt differently (mscdex/ssh2#377).
import { describe, expect, test } from 'vitest'
import { connect, insecureAcceptAnyHostKey } from '../../src/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { WireReader } from '../../src/wire-format/reader.ts'
import { clientOf } from '../support/client-of.ts'
import { requirePeer } from '../support/require-peer.ts'
import { channelClose, channelData, channelEof, type Connection, message, serveExec, SSH_MSG, startScriptedServer } from '../support/scripted-server.ts'
import { startSshd } from '../support/sshd.ts'
import { login, startQuirkyServer } from './support/ssh-server.ts'

test.runIf(requirePeer('sshd'))('commands of 30,000 to 120,000 bytes are run', async () => {
  await using server = await startSshd()
  await using client = await clientOf(server)
  for (const size of [30_000, 60_000, 120_000]) {
    const { stdout } = await client.run(`printf %s '${'x'.repeat(size)}' | wc -c`)
    expect(stdout.trim()).toBe(String(size))
  }
})

test('a banner of 40,000 bytes and more ends no login', async () => {
  for (const size of [40_000, 200_000]) {
    await using server = await startQuirkyServer({ banner: `${'x'.repeat(size)}\r\n` })
    let shown = 0
    const client = await login(server, { onBanner: (text) => { shown = text.length } })
    await client.close()
    expect(shown).toBeGreaterThanOrEqual(size)
  }
})

/** What a client's command comes to at a server that answers by `script`, once the command has been accepted. */
async function runAgainst(script: (connection: Connection, channel: Awaited<ReturnType<typeof serveExec>>) => Promise<void>) {
  await using server = await startScriptedServer(async (connection) => {
    const channel = await serveExec(connection)
    await script(connection, channel)
    await connection.receiveAll()
  })
  await using client = await connect({ transport: await connectTcp(server), username: 'user', hostKey: insecureAcceptAnyHostKey() })
  return await client.run('command')
}

const exitStatus = (channel: number, status: number) => message(SSH_MSG.CHANNEL_REQUEST).uint32(channel).string('exit-status').boolean(false).uint32(status).finish()

test('a channel of an unknown type is refused with reason 3, and the session goes on (RFC 4254 section 5.1)', async () => {
  let answer: unknown
  const { stdout, exit } = await runAgainst(async (connection, channel) => {
    connection.send(message(SSH_MSG.CHANNEL_OPEN).string('unknown@example.com').uint32(5).uint32(1 << 20).uint32(32768).finish())
    const fields = new WireReader((await connection.receive(SSH_MSG.CHANNEL_OPEN_FAILURE)).subarray(1))
    answer = [fields.uint32(), fields.uint32()]
    connection.send(channelData(channel, 'done'))
    connection.send(exitStatus(channel.client, 0))
    connection.send(channelEof(channel))
    connection.send(channelClose(channel))
  })
  expect(answer).toEqual([5, 3])
  expect({ stdout, code: exit.code }).toEqual({ stdout: 'done', code: 0 })
})

test('the end of the output and an exit status without CLOSE end a command after a grace', async () => {
  const { stdout, exit } = await runAgainst(async (connection, channel) => {
    connection.send(channelData(channel, 'done'))
    connection.send(exitStatus(channel.client, 4))
    connection.send(channelEof(channel))
  })
  expect({ stdout, code: exit.code }).toEqual({ stdout: 'done', code: 4 })
})

describe('a listener whose address the server spells otherwise', () => {
  test.each([['localhost', '127.0.0.1'], ['', '0.0.0.0'], ['0.0.0.0', ''], ['::', '0.0.0.0'], ['127.0.0.1', 'localhost']])('asked for %j, told %j', async (asked, told) => {
    await using server = await startQuirkyServer({
      onConnection(connection) {
        connection.on('request', (accept, _reject, name, info) => {
          accept?.()
          if (name === 'tcpip-forward') setImmediate(() => connection.forwardOut(told, info.bindPort, '127.0.0.1', 5, (_error, channel) => channel?.end('hello')))
        })
      },
    })
    await using client = await login(server)
    await using listener = await client.listen({ host: asked, port: 4444 })
    const connection = await listener.accept()
    expect(await new Response(connection?.readable).text()).toBe('hello')
  })
})
