// A server that opens X11 and agent channels directly behind the end of the command that asked for them, or behind the refusal of one: nobody here is called.
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { BaseAgent, Client } from '../../src/ssh2/index.ts'
import { WireReader } from '../../src/wire-format/reader.ts'
import { acceptCommand, channelClose, channelData, channelEof, type ChannelNumbers, type Connection, openForwarded, serveLogin, SSH_MSG, startScriptedServer } from '../support/scripted-server.ts'
import { within } from '../support/within.ts'

const KINDS = ['x11', 'auth-agent@openssh.com'] as const
type Kind = typeof KINDS[number]

/** Sends the open, and reads its answer. */
async function opened(connection: Connection, kind: Kind, number: number): Promise<'confirmed' | 'refused'> {
  connection.send(openForwarded(kind, number))
  for (;;) {
    const answer = await connection.receive(SSH_MSG.CHANNEL_OPEN_CONFIRMATION, SSH_MSG.CHANNEL_OPEN_FAILURE)
    if (new WireReader(answer.subarray(1)).uint32() === number) return answer[0] === SSH_MSG.CHANNEL_OPEN_CONFIRMATION ? 'confirmed' : 'refused'
  }
}

const end = (connection: Connection, channel: ChannelNumbers) => {
  connection.send(channelEof(channel))
  connection.send(channelClose(channel))
}

/** What comes before the open that must reach nobody. */
const ENDS: readonly (readonly [string, (connection: Connection) => Promise<unknown>])[] = [
  ['the CLOSE of the command', async (connection) => end(connection, await acceptCommand(connection))],
  ['unread output and the CLOSE', async (connection) => {
    const channel = await acceptCommand(connection)
    connection.send(channelData(channel, new Uint8Array(30_000)))
    end(connection, channel)
  }],
  ['the refusal of the command', (connection) => acceptCommand(connection, SSH_MSG.CHANNEL_FAILURE)],
]

/** Runs the client's part until the server has had the answers to its opens, and some time after it. */
async function meet(script: (connection: Connection) => Promise<void>, program: (port: { host: string, port: number }, served: Promise<void>) => Promise<void>): Promise<void> {
  let done!: (result: Promise<void>) => void
  const served = new Promise<void>((resolve) => { done = resolve })
  await using server = await startScriptedServer(async (connection) => {
    await serveLogin(connection)
    const result = script(connection)
    done(result)
    await result
    await connection.receiveAll()
  })
  await within(20_000, 'the session', program(server, served))
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 100))

async function withClient(server: { host: string, port: number }, kind: Kind, called: () => void, program: (client: Client) => Promise<void>): Promise<void> {
  class Own extends BaseAgent {
    override getStream(callback: (error?: Error | null, stream?: Duplex) => void): void {
      called()
      callback(new Error('none'))
    }
  }
  const client = new Client()
  client.on('error', () => {})
  client.on('x11', (_details: unknown, _accept: unknown, reject: () => void) => {
    called()
    reject()
  })
  client.connect({ ...server, username: 'user', hostVerifier: () => true, authHandler: ['none'], ...kind === 'x11' ? {} : { agent: new Own() } } as never)
  await once(client, 'ready')
  try {
    await program(client)
  } finally {
    client.destroy()
  }
}

const wanting = (kind: Kind) => (kind === 'x11' ? { x11: true } : { agentForward: true }) as never

for (const kind of KINDS) {
  describe(kind, () => {
    for (const [what, before] of ENDS) {
      test(`an open behind ${what} is passed to nobody`, async () => {
        let called = 0, answered = 0
        await meet(async (connection) => {
          await before(connection)
          for (const number of [500, 501]) {
            expect(await opened(connection, kind, number)).toBe('refused')
            answered++
            await settled()
          }
        }, (server, served) => withClient(server, kind, () => { called++ }, async (client) => {
          client.exec('x', wanting(kind), () => {})
          await served
          await settled()
        }))
        expect([called, answered]).toEqual([0, 2])
      })
    }

    test('an open behind the CLOSE of one command is passed on while another one runs', async () => {
      let called = 0
      await meet(async (connection) => {
        await acceptCommand(connection)
        end(connection, await acceptCommand(connection))
        await opened(connection, kind, 500)
      }, (server, served) => withClient(server, kind, () => { called++ }, async (client) => {
        for (let number = 0; number < 2; number++) client.exec('x', wanting(kind), () => {})
        await served
        await settled()
      }))
      expect(called).toBe(1)
    })
  })
}
