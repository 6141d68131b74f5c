import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import type { ClientChannel, ConnectConfig } from 'ssh2'
import { afterAll, beforeAll, describe } from 'vitest'
import type { SshServer } from '../support/ssh-server.ts'
import { startSsh2Server } from '../support/ssh2-server.ts'
import { startSshd } from '../support/sshd.ts'
import { freePort } from '../support/port.ts'
import { CLIENT_EVENTS, followed, same } from './same.ts'
import { writeTable } from './table.ts'
import { connected, ended, event, exec } from './transcript.ts'

writeTable('connections, logins, commands')

let sshd: SshServer
let peer: SshServer

beforeAll(async () => {
  [sshd, peer] = await Promise.all([startSshd({ config: ['AcceptEnv LC_*', 'Banner none'] }), startSsh2Server({ password: 'right' })])
})
afterAll(async () => { await Promise.all([sshd.stop(), peer.stop()]) })

const toSshd = (): ConnectConfig => ({ host: sshd.host, port: sshd.port, username: sshd.user, privateKey: readFileSync(sshd.keys.ed25519.path), hostVerifier: () => true })
const toPeer = (): ConnectConfig => ({ host: peer.host, port: peer.port, username: 'tester', password: 'right', hostVerifier: () => true })

describe('a connection', () => {
  same('connects, tells its events in order, and ends', async (ssh2, transcript) => {
    const client = new ssh2.Client()
    transcript.follow(client, 'client', CLIENT_EVENTS)
    const ready = event(client, 'ready')
    client.connect(toSshd())
    await ready
    await ended(client)
  })

  same('the host verifier says no', async (ssh2, transcript) => {
    const client = new ssh2.Client()
    transcript.follow(client, 'client', CLIENT_EVENTS)
    const closed = event(client, 'close')
    client.connect({ ...toSshd(), hostVerifier: () => false })
    await closed
  })

  same('nobody listens', async (ssh2, transcript) => {
    const client = new ssh2.Client()
    const port = await freePort()
    client.on('error', (error) => transcript.note('error', (error as NodeJS.ErrnoException).code, (error as { level?: string }).level))
    transcript.follow(client, 'client', ['end', 'close'])
    const closed = event(client, 'close')
    client.connect({ ...toSshd(), port })
    await closed
  })

  same('the peer closes before its identification', async (ssh2, transcript) => {
    const server = createServer((socket) => socket.end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const client = new ssh2.Client()
    transcript.follow(client, 'client', CLIENT_EVENTS)
    const closed = event(client, 'close')
    client.connect({ ...toSshd(), port: (server.address() as AddressInfo).port })
    await closed
    server.close()
  })

  same('a server that says nothing is given up', async (ssh2, transcript) => {
    const server = createServer(() => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const client = new ssh2.Client()
    transcript.follow(client, 'client', ['connect', 'ready', 'end', 'close'])
    client.once('error', (error) => transcript.note(error))
    client.on('error', () => {})
    const closed = event(client, 'close')
    client.connect({ ...toSshd(), port: (server.address() as AddressInfo).port, readyTimeout: 2000 })
    await closed
    server.close()
  }, ['client connect', 'Error(Timed out while waiting for handshake, level client-timeout)', 'client close'])

  same('a greeting comes before everything', async (ssh2, transcript) => {
    const server = createServer((socket) => {
      socket.write('Hello there\r\nSSH-2.0-nothing\r\n')
      socket.on('error', () => {})
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const client = new ssh2.Client()
    transcript.follow(client, 'client', ['connect', 'greeting', 'ready', 'close'])
    client.on('error', () => {})
    client.connect({ ...toSshd(), port: (server.address() as AddressInfo).port })
    await event(client, 'greeting')
    const closed = event(client, 'close')
    client.destroy()
    await closed
    server.close()
  })

  same('what is wrong with the configuration is thrown', async (ssh2, transcript) => {
    const wrong: [string, ConnectConfig][] = [
      ['no username', { host: 'localhost' }], ['port', { ...toSshd(), port: 70_000 }], ['agentForward', { ...toSshd(), agentForward: true }],
      ['algorithm', { ...toSshd(), algorithms: { cipher: ['rot13' as never] } }],
    ]
    for (const [what, config] of wrong) {
      try {
        new ssh2.Client().on('error', () => {}).connect(config).destroy()
        transcript.note(what, 'nothing')
      } catch (error) {
        transcript.note(what, (error as Error).message.split('. Received')[0]?.replace(/^options\./, ''))
      }
    }
    for (const method of ['exec', 'shell', 'sftp', 'subsys', 'forwardIn', 'forwardOut'] as const) {
      try {
        (new ssh2.Client() as unknown as Record<string, (...details: unknown[]) => void>)[method]!('x', () => {})
      } catch (error) {
        transcript.note(method, error)
      }
    }
  })
})

describe('authentication', () => {
  const failing: [string, Partial<ConnectConfig>][] = [
    ['by a wrong password', { password: 'wrong' }],
    ['by nothing at all', {}],
  ]
  for (const [how, credentials] of failing) {
    same(`fails ${how}`, async (ssh2, transcript) => {
      const client = new ssh2.Client()
      transcript.follow(client, 'client', CLIENT_EVENTS)
      const closed = event(client, 'close')
      client.connect({ host: peer.host, port: peer.port, username: 'tester', hostVerifier: () => true, ...credentials })
      await closed
    })
  }

  same('by a password', async (ssh2, transcript) => {
    const client = await connected(ssh2, toPeer())
    transcript.note('ready')
    await ended(client)
  })

  same('a function chooses', async (ssh2, transcript) => {
    const client = new ssh2.Client()
    transcript.follow(client, 'client', CLIENT_EVENTS)
    const ready = event(client, 'ready')
    const queue = ['none', 'password', { type: 'publickey', username: 'tester', key: readFileSync(peer.keys.rsa.path) }]
    client.connect({
      ...toPeer(), password: 'wrong',
      authHandler: ((left: unknown, partial: unknown, next: (method: unknown) => void) => {
        transcript.note('asked', left, partial)
        setImmediate(() => next(queue.shift() ?? false))
      }) as never,
    })
    await ready
    await ended(client)
  })

  for (const type of ['ed25519', 'ecdsa', 'rsa'] as const) {
    same(`by a key: ${type}`, async (ssh2, transcript) => {
      const client = await connected(ssh2, { ...toPeer(), privateKey: readFileSync(peer.keys[type].path), password: undefined as never, authHandler: ['publickey'] })
      transcript.note('ready')
      await ended(client)
    })
  }

  same('an agent that is not there is not the end', async (ssh2, transcript) => {
    const client = new ssh2.Client()
    client.on('error', (error) => transcript.note(error))
    const ready = event(client, 'ready')
    client.connect({ ...toPeer(), agent: '/nonexistent/agent', authHandler: ['agent', 'password'] })
    await ready
    await ended(client)
  })
})

describe('commands', () => {
  const commands: [string, string, object?][] = [
    ['output and a code', 'echo out; echo err >&2; exit 3'],
    ['no output', 'true'],
    ['a signal', 'kill -TERM $$'],
    ['a terminal', 'test -t 0 && echo tty $TERM; stty size', { pty: { term: 'xterm', rows: 30, cols: 90 } }],
    ['variables', 'echo $LC_OURS', { env: { LC_OURS: 'seen', REFUSED: 'x' } }],
  ]
  for (const [what, command, options] of commands) {
    same(what, async (ssh2, transcript) => {
      const client = await connected(ssh2, toSshd())
      await followed(client, transcript, command, options)
      await ended(client)
    })
  }

  same('input, and its end', async (ssh2, transcript) => {
    const client = await connected(ssh2, toSshd())
    const channel = await exec(client, 'cat; echo done')
    transcript.follow(channel, 'channel', ['exit', 'end', 'close'])
    let out = ''
    channel.on('data', (data: Buffer) => { out += String(data) })
    channel.end('hello\n')
    await event(channel, 'close')
    transcript.note(out)
    await ended(client)
  })

  same('exit comes while a child holds the output', async (ssh2, transcript) => {
    const client = await connected(ssh2, toSshd())
    let pid!: Promise<unknown[]>
    const channel = await exec(client, 'sleep 60 & echo $!', {}, (opened) => { pid = event(opened, 'data') })
    await event(channel, 'exit')
    transcript.note('exit', channel.readableEnded)
    const killer = await exec(client, `kill ${String((await pid)[0])}`)
    killer.resume()
    await event(killer, 'close')
    await event(channel, 'close')
    await ended(client)
  })

  same('nobody reads: no end and no close', async (ssh2, transcript) => {
    const client = await connected(ssh2, toSshd())
    const channel = await exec(client, 'echo x', {}, (opened) => { transcript.follow(opened, 'channel', ['exit', 'end', 'close']) })
    await event(channel, 'exit')
    const other = await exec(client, 'true')
    other.resume()
    await event(other, 'close')
    transcript.note('unread')
    const closed = event(channel, 'close')
    channel.resume()
    await closed
    await ended(client)
  })

  same('a command that is cut off by the end of the connection', async (ssh2, transcript) => {
    const client = await connected(ssh2, toSshd())
    let begun!: Promise<unknown>
    const channel = await exec(client, 'echo begun; sleep 30', {}, (opened) => { begun = event(opened, 'data') })
    await begun
    channel.resume()
    transcript.follow(client, 'client', ['end', 'close'])
    transcript.follow(channel, 'channel', ['exit', 'end', 'close'])
    const closed = event(channel, 'close')
    client.end()
    await closed
  })

  same('callbacks still open when the connection goes', async (ssh2, transcript) => {
    const client = await connected(ssh2, toSshd())
    transcript.follow(client, 'client', ['close'])
    const told = new Promise<void>((resolve) => { client.exec('true', (error) => { transcript.note('callback', error); resolve() }) })
    client.destroy()
    await told
  })

  same('shell', async (ssh2, transcript) => {
    const client = await connected(ssh2, toSshd())
    const channel = await new Promise<ClientChannel>((resolve, reject) => { client.shell(false, (error, made) => error ? reject(error) : resolve(made)) })
    transcript.follow(channel, 'channel', ['exit', 'end', 'close'])
    let out = ''
    channel.on('data', (data: Buffer) => { out += String(data) })
    channel.end('echo in a shell; exit 5\n')
    await event(channel, 'close')
    transcript.note(out)
    await ended(client)
  })

  same('a subsystem that is not there', async (ssh2, transcript) => {
    const client = await connected(ssh2, toSshd())
    await new Promise<void>((resolve) => { client.subsys('nothing', (error) => { transcript.note(error); resolve() }) })
    await ended(client)
  })

  same('two megabytes in and out', async (ssh2, transcript) => {
    const client = await connected(ssh2, toSshd())
    const channel = await exec(client, 'cat')
    const sent = Buffer.alloc(2_000_000, 'abcdefg')
    const chunks: Buffer[] = []
    channel.on('data', (data: Buffer) => chunks.push(data))
    channel.end(sent)
    await event(channel, 'close')
    transcript.note(Buffer.concat(chunks).equals(sent))
    await ended(client)
  })

  same('signals', async (ssh2, transcript) => {
    const client = await connected(ssh2, toSshd())
    const channel = await exec(client, 'cat')
    transcript.follow(channel, 'channel', ['exit', 'end', 'close'])
    channel.resume()
    try {
      channel.signal('NOTHING')
    } catch (error) {
      transcript.note(error)
    }
    const closed = event(channel, 'close')
    channel.end()
    await closed
    channel.signal('TERM')
    channel.setWindow(1, 2, 3, 4)
    await ended(client)
  })
})

describe('forwarding', () => {
  same('out, to a port', async (ssh2, transcript) => {
    const server = createServer((socket) => socket.pipe(socket))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const client = await connected(ssh2, toSshd())
    const channel = await new Promise<ClientChannel>((resolve, reject) => {
      client.forwardOut('127.0.0.1', 1, '127.0.0.1', (server.address() as AddressInfo).port, (error, made) => error ? reject(error) : resolve(made))
    })
    transcript.follow(channel, 'channel', ['exit', 'end', 'close'])
    transcript.note(channel.type)
    let out = ''
    channel.on('data', (data: Buffer) => { out += String(data) })
    channel.end('there and back')
    await event(channel, 'close')
    transcript.note(out)
    await ended(client)
    server.close()
  })

  same('out, to nobody', async (ssh2, transcript) => {
    const client = await connected(ssh2, toSshd())
    const port = await freePort()
    await new Promise<void>((resolve) => { client.forwardOut('127.0.0.1', 1, '127.0.0.1', port, (error) => { transcript.note(error); resolve() }) })
    await ended(client)
  })

  same('in, from a port that the server chooses', async (ssh2, transcript) => {
    const client = await connected(ssh2, toSshd())
    const port = await new Promise<number>((resolve, reject) => { client.forwardIn('127.0.0.1', 0, (error, bound) => error ? reject(error) : resolve(bound)) })
    client.on('tcp connection', ({ destIP, destPort, srcIP }, accept) => {
      transcript.note(destIP, destPort === port, srcIP)
      const channel = accept()
      channel.end('welcome')
      channel.resume()
    })
    const { connect } = await import('node:net')
    const socket = connect(port, '127.0.0.1')
    let out = ''
    socket.on('data', (data) => { out += String(data) })
    await event(socket, 'close')
    transcript.note(out)
    await new Promise<void>((resolve) => { client.unforwardIn('127.0.0.1', port, (error) => { transcript.note('unforwarded', error); resolve() }) })
    await ended(client)
  })

  same('through another client', async (ssh2, transcript) => {
    const jump = await connected(ssh2, toSshd())
    const sock = await new Promise<ClientChannel>((resolve, reject) => { jump.forwardOut('127.0.0.1', 1, peer.host, peer.port, (error, made) => error ? reject(error) : resolve(made)) })
    const client = await connected(ssh2, { ...toPeer(), sock })
    await followed(client, transcript, 'echo through')
    await ended(client)
    await ended(jump)
  })
})
