// What libssh2 does when SEND or RECV say EAGAIN in the middle of a packet, and what it leaves behind when a session is freed: the module's
// SEND and RECV never say so, and its glue frees what libssh2 forgets. So a native client shows it (`make -C test/native`), under the address and undefined-behaviour sanitizers, against the scripted server.
import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { framed } from '../fuzz/framed.ts'
import { readCorpus, regressionFile } from '../fuzz/packed-corpus.ts'
import { channelClose, channelData, type ChannelNumbers, type Connection, message, serveExec, serveHandshake, SSH_MSG, startScriptedServer } from '../support/scripted-server.ts'

const run = promisify(execFile)
const folder = process.env.NATIVE_OUT ?? fileURLToPath(new URL('../../build/native', import.meta.url))
const program = `${folder}/hesitant-client`
const built = existsSync(program)
if (!built) console.warn('hesitant client: skipped, not built (make -C test/native)')

/** What the client says of `scenario`; empty if all went well. */
async function client(scenario: string, script: (connection: Connection) => Promise<void>): Promise<string> {
  await using server = await startScriptedServer(script)
  try {
    await run(program, [String(server.port), scenario], { timeout: 60_000 })
    return ''
  } catch (error) {
    return (error as { stderr: string }).stderr || String(error)
  }
}

/** As `client`, with `attack` once a command runs. */
function channelClient(scenario: string, attack: (connection: Connection, channel: ChannelNumbers) => Promise<void>, cipher?: 'chacha20-poly1305@openssh.com'): Promise<string> {
  return client(scenario, async (connection) => {
    const channel = await serveExec(connection, cipher ? { serverToClient: { cipher } } : {})
    await connection.receive(SSH_MSG.CHANNEL_REQUEST)
    await attack(connection, channel)
    await connection.receiveAll()
  })
}

const forwarded = message(SSH_MSG.CHANNEL_OPEN).string('forwarded-tcpip').uint32(9).uint32(1000).uint32(1000)
  .string('0.0.0.0').uint32(4242).string('127.0.0.1').uint32(1).finish()

describe.runIf(built)('a client whose SEND hesitates', () => {
  it('0105: ignored extended data outlives the wait for its window adjust', async () => {
    expect(await channelClient('stderr', async (connection, channel) => {
      connection.send(message(SSH_MSG.CHANNEL_EXTENDED_DATA).uint32(channel.client).uint32(1).string(new Uint8Array(1000)).finish())
      connection.send(channelData(channel, 'done'))
    })).toBe('')
  })

  it('0108: an X11 channel outlives the wait for its confirmation', async () => {
    expect(await channelClient('x11', async (connection, channel) => {
      connection.send(message(SSH_MSG.CHANNEL_OPEN).string('x11').uint32(9).uint32(1000).uint32(1000).string('host').uint32(1).finish())
      connection.send(channelData(channel, 'done'))
    })).toBe('')
  })

  it('0108: a forwarded channel too', async () => {
    expect(await channelClient('forwarded', async (connection) => {
      await connection.receive(SSH_MSG.GLOBAL_REQUEST)
      connection.send(message(SSH_MSG.REQUEST_SUCCESS).finish())
      connection.send(forwarded)
    })).toBe('')
  })

  it('0128: a half sent packet is finished before a key re-exchange', async () => {
    expect(await channelClient('half-sent', async (connection) => {
      await new Promise((resolve) => setTimeout(resolve, 100))
      await connection.exchangeKeys()
    })).toBe('')
  })

  it('0202: what RECV gives in small pieces is taken by one call', async () => {
    expect(await channelClient('small-pieces', async (connection, channel) => {
      connection.send(channelData(channel, new Uint8Array(30_000)))
    }, 'chacha20-poly1305@openssh.com')).toBe('')
  })

  it('0121: a packet with a wrong tag is freed', async () => {
    expect(await channelClient('broken', async (connection, channel) => {
      connection.send(channelData(channel, new Uint8Array(1000)), { wrongMac: true })
    }, 'chacha20-poly1305@openssh.com')).toBe('')
  })

  it('0164: the packet of a signal that was not sent is freed with its channel', async () => {
    expect(await channelClient('unsent-signal', async () => {})).toBe('')
  })

  it('0165: a listener whose cancelling was half sent is freed when the connection is gone', async () => {
    expect(await client('half-cancelled', async (connection) => {
      await serveExec(connection)
      await connection.receive(SSH_MSG.GLOBAL_REQUEST)
      connection.send(message(SSH_MSG.REQUEST_SUCCESS).finish())
      await connection.receiveAll()
    })).toBe('')
  })

  it('0325: prompts that nobody answered are freed with their session', async () => {
    expect(await client('prompt', async (connection) => {
      await serveHandshake(connection)
      await connection.receive(SSH_MSG.USERAUTH_REQUEST)
      connection.send(message(SSH_MSG.USERAUTH_INFO_REQUEST).string('name').string('instruction').string('')
        .uint32(2).string('Password: ').boolean(false).string('Code: ').boolean(true).finish())
      await connection.receiveAll()
    })).toBe('')
  })

  it('what a handshake made that fails late is freed', async () => {
    expect(await client('no-handshake', async (connection) => {
      await connection.handshake({ reply: (reply) => reply.with(reply.length - 1, reply.at(-1)! ^ 1) })
    })).toBe('')
  })

  it('0204: close waits for the close of the peer', async () => {
    expect(await channelClient('close', async (connection, { client }) => {
      await connection.receive(SSH_MSG.CHANNEL_CLOSE)
      connection.send(message(SSH_MSG.CHANNEL_WINDOW_ADJUST).uint32(client).uint32(1).finish())
      await new Promise((resolve) => setTimeout(resolve, 300))
      connection.send(message(SSH_MSG.CHANNEL_REQUEST).uint32(client).string('exit-status').boolean(false).uint32(7).finish())
      connection.send(channelClose({ client, server: 0 }))
    })).toBe('')
  })
})

describe.runIf(existsSync(`${folder}/units`))('functions by themselves', () => {
  it('0142: inflating nothing is an error, and the size of what zlib asks for does not wrap around', async () => {
    await run(`${folder}/units`, ['0142'])
  })
})

describe.runIf(existsSync(`${folder}/replay-session`))('what fuzzing found', () => {
  it('0801: a request for a directory that was never sent is freed once; no keys are used where a key exchange ran out of memory', () => {
    const { status, stderr } = spawnSync(`${folder}/replay-session`, { input: framed(readCorpus(regressionFile('native-session'))), encoding: 'utf8' })
    expect(status, stderr).toBe(0)
  })
})
