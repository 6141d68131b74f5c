import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { Client, ConnectConfig, Connection, ServerChannel } from 'ssh2'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readAlgorithms } from '../../src/ssh2/client/algorithm-lists.ts'
import { OwnKey } from '../../src/ssh2/utils/parsed-key.ts'
import { startOwnServer, type OwnServer } from './own-server.ts'
import { CLIENT_EVENTS, same } from './same.ts'
import { writeTable } from './table.ts'
import { connected, ended, event, exec, OURS, type Ssh2, type Transcript } from './transcript.ts'

// Points of the contract that a walk through it, sentence by sentence and side by side, found different.
writeTable('walked')

const privateKey = () => OURS.utils.generateKeyPairSync('ed25519').private

/** A server that says what a test wants, and no SSH. */
async function speaking(speak: (socket: Socket) => void): Promise<{ readonly to: ConnectConfig, stop(): Promise<void> }> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}))
    speak(socket)
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const stop = () => new Promise<void>((resolve) => {
    server.close(() => resolve())
    for (const socket of sockets) socket.destroy()
  })
  return { to: { host: '127.0.0.1', port: (server.address() as AddressInfo).port, username: 'tester', hostVerifier: () => true }, stop }
}

/** The events of a client up to its close. */
async function closing(ssh2: Ssh2, transcript: Transcript, config: ConnectConfig): Promise<void> {
  const client = new ssh2.Client()
  transcript.follow(client, 'client', CLIENT_EVENTS)
  const closed = event(client, 'close')
  client.connect(config)
  await closed
}

describe('how a connection begins and ends', () => {
  same('the peer closes right behind its identification', async (ssh2, transcript) => {
    const server = await speaking((socket) => socket.end('SSH-2.0-short\r\n'))
    await closing(ssh2, transcript, server.to)
    await server.stop()
  })

  test('a server of SSH 1 is told from one that is slow', async () => {
    const server = await speaking((socket) => socket.write('Welcome\r\nSSH-1.5-old\r\n'))
    const client = new OURS.Client()
    const [told, closed] = [event(client, 'error'), event(client, 'close')]
    client.connect(server.to)
    expect((await told)[0]).toMatchObject({ message: 'Invalid identification string', level: 'protocol', fatal: true })
    await closed
    await server.stop()
  })

  for (const reason of [2, 12]) {
    same(`ready comes before the goodbye that a server sends right behind it: ${reason}`, async (ssh2, transcript) => {
      const server = await startOwnServer((connection) => { connection.on('ready', () => { (connection as unknown as { _protocol: { disconnect(reason: number): void } })._protocol.disconnect(reason) }) })
      const client = new ssh2.Client()
      for (const name of ['ready', 'end', 'close']) client.on(name as 'ready', () => transcript.note(name))
      client.on('error', (error) => transcript.note('error', error.message, (error as { code?: unknown }).code))
      const closed = event(client, 'close')
      client.connect(server.to)
      await closed
      await server.stop()
    })
  }

  // npm ssh2 throws the same, but has dialled by then.
  test.each([
    [{ timeout: -1 }, 'RangeError', 'ERR_OUT_OF_RANGE'], [{ timeout: Infinity }, 'RangeError', 'ERR_OUT_OF_RANGE'], [{ timeout: Number.NaN }, 'RangeError', 'ERR_OUT_OF_RANGE'], [{ privateKey: Buffer.alloc(0) }, 'Error', undefined],
    [{ localAddress: 'nowhere' }, 'TypeError', 'ERR_INVALID_IP_ADDRESS'], [{ port: -1 }, 'RangeError', 'ERR_SOCKET_BAD_PORT'],
  ] as [ConnectConfig, string, string | undefined][])('%o is thrown before anything is dialled', async (config, name, code) => {
    const server = await speaking(() => { throw new Error('dialled') })
    const client = new OURS.Client()
    expect(() => client.connect({ ...server.to, ...config })).toThrow(expect.objectContaining({ name, ...code !== undefined && { code } }))
    expect(() => client.exec('x', () => {})).toThrow('Not connected')
    await server.stop()
  })

  same('changes that leave no algorithm fail the handshake', async (ssh2, transcript) => {
    const server = await startOwnServer(() => {})
    for (const [option, what] of [['cipher', 'C->S cipher'], ['kex', 'key exchange algorithm'], ['serverHostKey', 'host key format']] as const) {
      const client = new ssh2.Client()
      const [told, closed] = [event(client, 'error'), event(client, 'close')]
      client.on('error', () => {}).connect({ ...server.to, algorithms: { [option]: { remove: [/./], append: [], prepend: [] } } } as never)
      const [error] = await told as [Error & { level: string, fatal: boolean }]
      transcript.note(error.message.startsWith(`Handshake failed: no matching ${what}`), error.level, error.fatal)
      await closed
    }
    await server.stop()
  })
})

describe('algorithms', () => {
  const [WEAK, PLAIN] = ['aes128-cbc', 'aes192-ctr']
  const first = readAlgorithms({ cipher: { append: WEAK } }).algorithms!.cipher!.slice(0, -1)
  test.each<[unknown, readonly string[] | undefined]>([
    [{ append: WEAK }, [...first, WEAK]], [{ append: [WEAK, WEAK, PLAIN] }, [...first, WEAK]], [{ prepend: [/^aes256-cbc$/, WEAK] }, ['aes256-cbc', WEAK, ...first]],
    [{ prepend: /^3des/g }, ['3des-cbc', ...first]], [{ remove: PLAIN }, first.filter((name) => name !== PLAIN)], [{ remove: [/gcm/, 'aes128-ctr'] }, first.filter((name) => !/gcm|aes128-ctr/.test(name))],
    [{ remove: /./, append: PLAIN }, [PLAIN]], [{ append: WEAK, remove: WEAK }, undefined], [{ remove: 'aes256-gcm' }, first.filter((name) => name !== 'aes256-gcm@openssh.com')],
    [{ append: null, prepend: 5, remove: {} }, undefined], [{ append: ['', 5, null] }, undefined], [{ nothing: [WEAK] }, undefined], [{}, undefined], [[], undefined], ['aes192-ctr', undefined], [null, undefined],
    [[PLAIN, PLAIN, WEAK], [PLAIN, WEAK]], [['aes128-gcm', 'blowfish-cbc'], ['aes128-gcm@openssh.com']],
  ])('%o', (cipher, expected) => expect(readAlgorithms({ cipher }).algorithms!.cipher).toEqual(expected))

  test.each([{ append: 'rot13' }, { prepend: ['rot13'] }, ['rot13'], [''], ['AES128-CTR'], [5], ['blowfish-cbc']])('thrown: %o', (cipher) => {
    expect(() => readAlgorithms({ cipher })).toThrow(/^Unsupported algorithm: /)
  })
})

describe('logins', () => {
  same('an array of attempts goes on behind what is none', async (ssh2, transcript) => {
    const server = await startOwnServer(() => {}, { authenticate: (context) => { transcript.note(context.method); context.reject(['password', 'publickey']) } })
    await closing(ssh2, transcript, { ...server.to, password: 'x', authHandler: [null, 'none', 5, 'hostbased', {}, { type: 'password', username: 'tester' }, 'password', false, 'password'] as never })
    await server.stop()
  })

  test('undefined among them is none too', async () => {
    const tried: string[] = []
    const server = await startOwnServer(() => {}, { authenticate: (context) => { tried.push(context.method); context.reject(['password']) } })
    const client = new OURS.Client().on('error', () => {})
    const closed = event(client, 'close')
    client.connect({ ...server.to, authHandler: [undefined, 'none'] as never })
    await closed
    expect(tried).toEqual(['none'])
    await server.stop()
  })

  test('more than a hundred questions are not asked: the attempt has failed', async () => {
    const server = await startOwnServer(() => {}, {
      authenticate: (context) => {
        if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive'])
        ;(context as unknown as { prompt(prompts: object[], title: string, instructions: string, answered: () => void): void }).prompt(Array.from({ length: 101 }, () => ({ prompt: '?', echo: false })), '', '', () => context.accept())
      },
    })
    const client = new OURS.Client()
    let asked = 0
    client.on('keyboard-interactive', (_name, _instructions, _lang, prompts, finish) => { asked++; finish(prompts.map(() => 'x')) })
    const [told, closed] = [event(client, 'error'), event(client, 'close')]
    client.connect({ ...server.to, tryKeyboard: true })
    expect((await told)[0]).toMatchObject({ level: 'client-authentication', message: 'All configured authentication methods failed' })
    await closed
    expect(asked).toBe(0)
    await server.stop()
  })

  describe('secrets are wiped', () => {
    let server: OwnServer
    beforeAll(async () => { server = await startOwnServer(() => {}, { authenticate: (context) => context.method === 'none' ? context.reject(['publickey']) : context.accept() }) })
    afterAll(() => server.stop())

    const ways: [string, () => Promise<void>][] = [
      ['a login', async () => ended(await connected(OURS, { ...server.to, privateKey: privateKey() }))],
      ['a key of authHandler', async () => ended(await connected(OURS, { ...server.to, authHandler: [{ type: 'publickey', username: 'tester', key: privateKey() }] as never }))],
      ['a host that is refused', () => refused({ ...server.to, privateKey: privateKey(), hostVerifier: () => false })],
      ['a server that is not there', () => refused({ host: '127.0.0.1', port: 1, username: 'tester', privateKey: privateKey() })],
    ]
    async function refused(config: ConnectConfig): Promise<void> {
      const client = new OURS.Client().on('error', () => {})
      const closed = event(client, 'close')
      client.connect(config)
      await closed
    }
    test.each(ways)('behind %s', async (_what, attempt) => {
      const wipe = vi.spyOn(OwnKey.prototype, 'wipe')
      try {
        await attempt()
        expect(wipe).toHaveBeenCalled()
        for (const key of wipe.mock.contexts as OwnKey[]) expect(key.sign('data')).toBeInstanceOf(Error)
      } finally {
        wipe.mockRestore()
      }
    })

    test('a key that the caller has parsed is still the caller\'s', async () => {
      const key = OURS.utils.parseKey(privateKey()) as unknown as OwnKey
      await ended(await connected(OURS, { ...server.to, authHandler: [{ type: 'publickey', username: 'tester', key }] as never }))
      expect(key.sign('data')).toBeInstanceOf(Buffer)
    })
  })
})

describe('channels', () => {
  /** A server whose commands a test answers. */
  const serving = (begin: (channel: ServerChannel, connection: Connection) => void, session: (session: { on(event: string, listener: (...given: never[]) => void): unknown }) => void = () => {}) => startOwnServer((connection) => {
    connection.on('session', (accept) => {
      const opened = accept()
      session(opened as never)
      opened.on('exec', (yes) => begin(yes(), connection))
    })
  })
  /** A command, from its callback on. */
  const opened = (client: Client, transcript: Transcript, events: readonly string[]) => exec(client, 'x', {}, (channel) => { transcript.follow(channel, 'channel', events) })

  for (const code of [0, 255, 256, 0xc0000005, 0xffffffff]) {
    same(`the exit code ${code}`, async (ssh2, transcript) => {
      const server = await serving((channel) => { channel.exit(code); channel.end() })
      const client = await connected(ssh2, server.to)
      const channel = await opened(client, transcript, ['exit', 'close'])
      channel.resume()
      await event(channel, 'close')
      await ended(client)
      await server.stop()
    })
  }

  same('both have ended, and the server waits: this side closes', async (ssh2, transcript) => {
    const server = await serving((channel, connection) => {
      channel.exit(4)
      const { outgoing } = channel as unknown as { outgoing: { id: number } }
      ;(connection as unknown as { _protocol: { channelEOF(id: number): void } })._protocol.channelEOF(outgoing.id)
      channel.resume()
    })
    const client = await connected(ssh2, server.to)
    const channel = await opened(client, transcript, ['end', 'close'])
    channel.resume()
    channel.end('x')
    await event(channel, 'close')
    await ended(client)
    await server.stop()
  })

  same('what is written behind the end is told to its callback, and no more', async (ssh2, transcript) => {
    const server = await serving((channel) => { channel.on('end', () => { channel.exit(0); channel.end() }).resume() })
    const client = await connected(ssh2, server.to)
    const channel = await opened(client, transcript, ['error'])
    channel.resume()
    const told = (call: (callback: (error?: Error | null) => void) => unknown) => new Promise<void>((resolve) => { call((error) => { transcript.note((error as NodeJS.ErrnoException | null | undefined)?.code ?? null); resolve() }) })
    await told((callback) => channel.write('x', callback))
    channel.end()
    await told((callback) => channel.write('y', callback))
    await event(channel, 'close')
    await told((callback) => channel.write('z', callback))
    await ended(client)
    await server.stop()
  })

  same('what is asked for with values of another type', async (ssh2, transcript) => {
    const asked = (name: string) => [name, (...[yes, , info]: [(() => void) | undefined, unknown, object]) => { transcript.note(name, 'cookie' in info ? { ...info, cookie: String(info.cookie).length } : info); yes?.() }] as const
    const server = await serving((channel) => { channel.on('data', () => { channel.exit(0); channel.end() }) }, (session) => { for (const name of ['pty', 'x11', 'window-change']) session.on(...asked(name) as [string, () => void]) })
    const client = await connected(ssh2, server.to)
    for (const options of [{ pty: 1 }, { pty: { rows: '5', cols: 7, modes: 5 } }, { x11: { cookie: 5, screen: 'x', single: 1, protocol: 7 } }, { x11: { cookie: Buffer.from([1, 2]), screen: 1, single: true, protocol: 'P' } }] as never[]) {
      const channel = await exec(client, 'x', options)
      channel.setWindow('5' as never, '6' as never, '7' as never, '8' as never)
      channel.resume()
      const closed = event(channel, 'close')
      channel.write('over')
      await closed
    }
    await ended(client)
    await server.stop()
  })

  for (const reason of [1, 2, 3, 4, 99]) {
    same(`a channel that is refused for reason ${reason}`, async (ssh2, transcript) => {
      const server = await startOwnServer((connection) => {
        const protocol = (connection as unknown as { _protocol: { channelOpenFail(id: number, reason: number, text: string): void } })._protocol
        const refuse = protocol.channelOpenFail.bind(protocol)
        protocol.channelOpenFail = (id) => refuse(id, reason, 'because ü')
        connection.on('tcpip', (_yes, no) => no())
      })
      const client = await connected(ssh2, server.to)
      await new Promise<void>((resolve) => { client.forwardOut('a', 1, 'b', 2, (error) => { transcript.note(error); resolve() }) })
      await ended(client)
      await server.stop()
    })
  }
})

describe('SFTP', () => {
  const METHODS: [string, ...unknown[]][] = [['stat', '/x'], ['open', '/x', 'r'], ['unlink', '/x'], ['read', Buffer.from('h'), Buffer.alloc(4), 0, 4, 0], ['write', Buffer.from('h'), Buffer.alloc(4), 0, 4, 0], ['realpath', 'x'], ['close', Buffer.from('h')],
    ['readdir', '/x'], ['readFile', '/x'], ['exists', '/x']]

  same('the code and the words of each status', async (ssh2, transcript) => {
    let status: [number, string] = [2, '']
    const server = await startOwnServer((connection) => {
      connection.on('session', (accept) => accept().on('sftp', (yes) => {
        const sftp = yes()
        for (const request of ['OPEN', 'READ', 'WRITE', 'CLOSE', 'OPENDIR', 'STAT', 'LSTAT', 'FSTAT', 'REMOVE', 'REALPATH']) sftp.on(request as 'OPEN', (id: number) => { sftp.status(id, ...status) })
      }))
    })
    const client = await connected(ssh2, server.to)
    const sftp = await new Promise<Record<string, (...given: unknown[]) => void>>((resolve, reject) => { client.sftp((error, opened) => error ? reject(error) : resolve(opened as never)) })
    for (let code = 1; code <= 8; code++) {
      for (const words of ['its words', '']) {
        status = [code, words]
        const answers = METHODS.map(async ([method, ...given]) => [method, await new Promise<unknown[]>((resolve) => { sftp[method]!(...given, (...results: unknown[]) => resolve(results)) })] as const)
        for (const [method, [first, second]] of await Promise.all(answers)) transcript.note(code, method, first instanceof Error ? [(first as NodeJS.ErrnoException).code, first.message] : [first, second])
      }
    }
    await ended(client)
    await server.stop()
  })

  test('an answer that makes no sense has a number too', async () => {
    const server = await startOwnServer((connection) => { connection.on('session', (accept) => accept().on('sftp', (yes) => { const sftp = yes(); sftp.on('STAT', (id) => { sftp.status(id, 0) }) })) })
    const client = await connected(OURS, server.to)
    const sftp = await new Promise<Parameters<Parameters<Client['sftp']>[0]>[1]>((resolve, reject) => { client.sftp((error, opened) => error ? reject(error) : resolve(opened)) })
    expect(await new Promise((resolve) => { sftp.stat('/x', (error) => resolve((error as unknown as { code: unknown }).code)) })).toBe(OURS.utils.sftp.STATUS_CODE.BAD_MESSAGE)
    await ended(client)
    await server.stop()
  })
})
