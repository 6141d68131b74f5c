import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterAll, describe, expect, test } from 'vitest'
import { CygwinAgent } from '../../src/ssh2/agents/cygwin.ts'
import { PageantAgent, pageantPipe } from '../../src/ssh2/agents/pageant.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const directory = temporaryDirectory('windows-agents')
afterAll(() => directory.remove())

const streamOf = (agent: { getStream(callback: (error?: Error | null, stream?: Duplex) => void): void }) => new Promise<Duplex>((resolve, reject) => { agent.getStream((error, stream) => error ? reject(error) : resolve(stream!)) })

/** A socket of Cygwin: it greets whoever shows the secret, says who it takes for the user, and answers the second time. */
async function cygwinSocket(secret: Buffer): Promise<{ readonly path: string, readonly heard: string[], stop(): void }> {
  const heard: string[] = []
  const greet = (socket: Socket) => {
    let got = Buffer.alloc(0)
    socket.on('error', () => {}).on('data', (data: Buffer) => {
      got = Buffer.concat([got, data])
      if (got.length === 16) socket.write(got.equals(secret) ? got : 'wrong')
      if (got.length === 28) {
        heard.push(got.subarray(16).toString('hex'))
        socket.write(Buffer.from('0a0000000b0000000c000000', 'hex'))
      }
      if (got.length > 28) socket.write(got.subarray(28))
    })
  }
  const server = createServer(greet)
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const words = [0, 4, 8, 12].map((at) => secret.readUInt32LE(at).toString(16).padStart(8, '0').toUpperCase())
  const path = directory.file('socket')
  writeFileSync(path, `!<socket >${(server.address() as AddressInfo).port} s ${words.join('-')}\0`)
  return { path, heard, stop: () => server.close() }
}

describe('the agent of Cygwin', () => {
  test('shows the secret, learns who it is, and is connected the second time', async () => {
    const { path, heard, stop } = await cygwinSocket(Buffer.from('00112233445566778899aabbccddeeff', 'hex'))
    const stream = await streamOf(new CygwinAgent(path))
    const answer = new Promise((resolve) => stream.once('data', (data: Buffer) => resolve(String(data))))
    stream.write('hello agent')
    expect(await answer).toBe('hello agent')
    const pid = Buffer.alloc(4)
    pid.writeUInt32LE(process.pid)
    expect(heard).toEqual(['0'.repeat(24), `${pid.toString('hex')}0b0000000c000000`])
    stream.destroy()
    stop()
  })

  test('a file that is not there, one that is no socket, and a port where nobody is', async () => {
    await expect(streamOf(new CygwinAgent(directory.file('none')))).rejects.toThrow('Invalid cygwin unix socket path')
    writeFileSync(directory.file('text'), 'no socket')
    await expect(streamOf(new CygwinAgent(directory.file('text')))).rejects.toThrow('Malformed cygwin unix socket file')
    writeFileSync(directory.file('dead'), '!<socket >1 s 00000000-00000000-00000000-00000000\0')
    await expect(streamOf(new CygwinAgent(directory.file('dead')))).rejects.toThrow('Problem negotiating cygwin unix socket security')
  })
})

describe('Pageant', () => {
  test('its pipe is the one of the user', () => {
    const pipes = ['lsass', 'pageant.other.0123', 'Pageant.Me.89ab', 'pageant.meagain.1']
    expect(pageantPipe(pipes, 'me')).toBe('\\\\.\\pipe\\Pageant.Me.89ab')
    expect(pageantPipe(pipes, 'nobody')).toBeUndefined()
  })

  test('where there are no pipes it says so', async () => {
    await expect(streamOf(new PageantAgent())).rejects.toThrow(/^Failed to connect to agent: no pipe of Pageant/)
  })
})
