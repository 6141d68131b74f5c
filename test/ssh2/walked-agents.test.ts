import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer as createHttp, request, type RequestListener, type RequestOptions } from 'node:http'
import { connect as connectTcp, createServer, type AddressInfo, type Server } from 'node:net'
import { promisify } from 'node:util'
import type { AuthContext, BaseAgent, Client, Connection, OpenSSHAgent, ParsedKey, PublicKeyAuthContext } from 'ssh2'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { OwnKey } from '../../src/ssh2/utils/parsed-key.ts'
import { requirePeer } from '../support/require-peer.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { startOwnServer } from './own-server.ts'
import { same } from './same.ts'
import { writeTable } from './table.ts'
import { connected, ended, event, exec, NPM, OURS, type Ssh2, type Transcript } from './transcript.ts'

// Agents of every kind, what goes through them, and keys of PuTTY, beside npm ssh2.
writeTable('walked: agents and keys')

const PAIR = OURS.utils.generateKeyPairSync('ed25519')
const RSA = OURS.utils.generateKeyPairSync('rsa', { bits: 2048 })
const folder = temporaryDirectory('walked-agents')
afterAll(() => folder.remove())

async function listening(server: Server, where: string | number = 0): Promise<number> {
  if (typeof where === 'string') server.listen(where)
  else server.listen(where, '127.0.0.1')
  await once(server, 'listening')
  return typeof where === 'string' ? 0 : (server.address() as AddressInfo).port
}

describe('HTTPAgent', () => {
  /** A web server behind an SSH server, which counts its connections, and a page of it. */
  async function through(ssh2: Ssh2, answer: RequestListener, program: (having: { agent: (options?: object) => InstanceType<Ssh2['HTTPAgent']>, got: (options: RequestOptions, body?: string) => Promise<string>, asked: unknown[], connections: Set<Connection>, http: ReturnType<typeof createHttp> }) => Promise<void>): Promise<void> {
    const [asked, connections]: [unknown[], Set<Connection>] = [[], new Set()]
    const server = await startOwnServer((connection) => {
      connections.add(connection)
      connection.on('close', () => connections.delete(connection))
      connection.on('tcpip', (accept, reject, { srcIP, srcPort, destPort }) => {
        asked.push([srcIP, srcPort])
        const socket = connectTcp(destPort, '127.0.0.1', () => {
          const channel = accept().on('error', () => {})
          socket.pipe(channel).pipe(socket)
        }).on('error', () => reject())
      })
    })
    const http = createHttp(answer)
    const port = await listening(http)
    const got = (options: RequestOptions, body?: string) => new Promise<string>((resolve) => {
      request({ host: '127.0.0.1', port, ...options }, (response) => {
        let text = ''
        response.on('data', (data) => { text += String(data) }).on('end', () => resolve(`${response.statusCode} ${text}`))
      }).on('error', (error: NodeJS.ErrnoException) => resolve(`error ${error.code} ${error.message}`)).end(body)
    })
    await program({ agent: (options = {}) => new ssh2.HTTPAgent(server.to, options), got, asked, connections, http })
    http.closeAllConnections()
    http.close()
    await server.stop()
  }
  const gone = async (connections: Set<Connection>) => { for (const connection of connections) await event(connection as never, 'close') }

  same('HTTPAgent: one connection for each socket, which is used again, and its source address', async (ssh2, transcript) => {
    await through(ssh2, (incoming, response) => {
      let length = 0
      incoming.on('data', (data: Buffer) => { length += data.length }).on('end', () => response.end(`${incoming.method} ${incoming.url} ${length}`))
    }, async ({ agent: make, got, asked, connections }) => {
      const agent = make({ keepAlive: true, maxSockets: 1, srcIP: '1.2.3.4' })
      for (const [path, body] of [['/a'], ['/b', 'x'.repeat(300_000)], ['/c']] as const) transcript.note(await got({ agent, path, method: body ? 'POST' : 'GET' }, body))
      transcript.note(asked, connections.size)
      const over = gone(connections)
      agent.destroy()
      await over
      transcript.note(connections.size, await got({ agent: make(), path: '/d', localAddress: '5.6.7.8', ...{ localPort: 77 } }), asked.at(-1))
    })
  })

  same('HTTPAgent: the page hangs up, the caller gives up, and both connections go', async (ssh2, transcript) => {
    await through(ssh2, (incoming, response) => {
      if (incoming.url === '/reset') incoming.socket.destroy()
      else if (incoming.url === '/hang') response.write('x')
      else response.end('page')
    }, async ({ agent, got, connections }) => {
      transcript.note(await got({ agent: agent(), path: '/reset' }))
      await gone(connections)
      const abandoned = request({ host: '127.0.0.1', agent: agent(), path: '/hang', port: 1 })
      abandoned.on('error', (error) => transcript.note(error))
      await event(abandoned, 'close')
      await gone(connections)
      transcript.note(connections.size, await got({ agent: agent(), path: '/page' }))
    })
  })

  same('HTTPAgent: upgrades', async (ssh2, transcript) => {
    await through(ssh2, () => {}, async ({ agent, http, connections }) => {
      http.on('upgrade', (_incoming, socket) => {
        socket.write('HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
        socket.on('data', (data) => socket.end(`got ${String(data)}`))
      })
      const asking = request({ host: '127.0.0.1', port: (http.address() as AddressInfo).port, agent: agent(), headers: { Connection: 'Upgrade', Upgrade: 'x' } })
      asking.end()
      const [response, socket] = await once(asking, 'upgrade') as [{ statusCode: number }, NodeJS.ReadWriteStream]
      let text = ''
      socket.on('data', (data) => { text += String(data) })
      socket.write('ping')
      await event(socket, 'end')
      const over = gone(connections)
      socket.end()
      await over
      transcript.note(response.statusCode, text, connections.size)
    })
  })

  same('HTTPAgent: no server, no login, a connection that goes before the channel', async (ssh2, transcript) => {
    const fails = (agent: InstanceType<Ssh2['HTTPAgent']>) => new Promise<void>((resolve) => {
      request({ host: '127.0.0.1', port: 1, agent }).on('error', (error: Error & { level?: string }) => { transcript.note(error.message.replace(/\d+$/, ''), error.level); resolve() }).end()
    })
    await fails(new ssh2.HTTPAgent({ host: '127.0.0.1', port: 1, username: 'x' }, {}))
    const refusing = await startOwnServer(() => {}, { authenticate: (context) => context.reject() })
    await fails(new ssh2.HTTPAgent({ ...refusing.to, password: 'x' }, {}))
    await refusing.stop()
    const dropping = createServer((socket) => socket.destroy())
    await fails(new ssh2.HTTPAgent({ host: '127.0.0.1', port: await listening(dropping), username: 'x' }, {}))
    dropping.close()
    const closed = await startOwnServer((connection) => { connection.on('tcpip', (_accept, reject) => reject()) })
    await fails(new ssh2.HTTPAgent(closed.to, {}))
    await closed.stop()
    for (const config of [{}, { username: 'x', privateKey: 'bad' }]) {
      try {
        request({ host: '127.0.0.1', port: 1, agent: new ssh2.HTTPAgent(config, {}) })
      } catch (error) {
        transcript.note((error as Error).message.slice(0, 40))
      }
    }
  })
})

describe('agents', () => {
  const parsed = (ssh2: Ssh2, text: string) => ssh2.utils.parseKey(text) as ParsedKey
  type Gives = (give: (...given: unknown[]) => void, key: ParsedKey, ssh2: Ssh2) => void
  type Signs = (key: ParsedKey, data: Buffer, options: { hash?: string }, give: (...given: unknown[]) => void) => void
  const signs: Signs = (key, data, _options, give) => give(null, key.sign(data))
  const ownKey: Gives = (give, key) => give(null, [key])
  /** A login with an agent of the user's own. */
  const withAgent = async (ssh2: Ssh2, transcript: Transcript, gives: Gives, sign: Signs, refuses: (context: PublicKeyAuthContext) => boolean = () => false) => {
    const authenticate = (context: AuthContext) => {
      if (context.method !== 'publickey' || refuses(context)) return context.reject(['publickey'])
      if (!context.signature) return context.accept()
      const key = NPM.utils.parseKey(context.key.data) as ParsedKey
      if (key.verify(context.blob!, context.signature, context.hashAlgo) === true) context.accept()
      else context.reject(['publickey'])
    }
    const server = await startOwnServer(() => {}, { authenticate })
    const key = parsed(ssh2, PAIR.private)
    class Mine extends ssh2.BaseAgent {
      override getIdentities(give: never): void { transcript.note('identities'); gives(give, key, ssh2) }
      override sign(asked: never, data: Buffer, options: never, give?: never): void { transcript.note('sign', (asked as ParsedKey).type, Buffer.isBuffer(data), typeof options); sign(key, data, options, give!) }
    }
    const client = new ssh2.Client()
    client.on('error', (error) => transcript.note(error)).on('ready', () => { transcript.note('ready'); client.end() })
    const closed = event(client, 'close')
    client.connect({ ...server.to, agent: new Mine() as unknown as BaseAgent })
    await closed
    await server.stop()
  }

  const KINDS: [string, Gives, Signs, ((context: PublicKeyAuthContext) => boolean)?][] = [
    ['a public key', (give, _key, ssh2) => give(null, [parsed(ssh2, PAIR.public)]), signs], ['a private key', ownKey, signs], ['text', (give) => give(null, [PAIR.public]), signs], ['a blob', (give, key) => give(null, [key.getPublicSSH()]), signs],
    ['what is no key, and a key behind it', (give, key) => give(null, ['garbage', 5, null, {}, undefined, key]), signs], ['nothing', (give) => give(null, []), signs], ['no list', (give) => give(null, 'x'), signs], ['no argument', (give) => give(), signs], ['an error', (give) => give(new Error('no keys')), signs],
    ['two answers', (give, key) => { give(new Error('no keys')); give(null, [key]) }, signs], ['keys and signatures in later turns', (give, key) => { setImmediate(() => give(null, [key])) }, (key, data, _options, give) => { setImmediate(() => give(null, key.sign(data))) }],
    ['an error for a signature', ownKey, (_key, _data, _options, give) => give(new Error('locked'))], ['a wrong signature', ownKey, (_key, _data, _options, give) => give(null, Buffer.alloc(64))],
    ['RSA', (give, _key, ssh2) => give(null, [parsed(ssh2, RSA.private)]), (_key, data, { hash }, give) => give(null, parsed(NPM, RSA.private).sign(data, hash ?? 'sha1'))],
    ['a first key that the server refuses', (give, key, ssh2) => give(null, [parsed(ssh2, RSA.public), key]), signs, (context) => context.key.algo !== 'ssh-ed25519'],
  ]
  for (const [what, gives, sign, refuses] of KINDS) same(`an agent of the user's own gives ${what}`, (ssh2, transcript) => withAgent(ssh2, transcript, gives, sign, refuses))

  same('createAgent, agents without a socket, and BaseAgent itself', async (ssh2, transcript) => {
    for (const path of ['/x', 'pageant', '//./pipe/x', '\\\\.\\pipe\\x', '']) {
      const agent = ssh2.createAgent(path) as OpenSSHAgent & { socketPath: string }
      transcript.note(path, agent.constructor.name, agent.socketPath)
    }
    for (const name of ['OpenSSHAgent', 'CygwinAgent'] as const) {
      const agent = new ssh2[name]('/p') as OpenSSHAgent & { socketPath: string }
      transcript.note(name, agent.socketPath, agent instanceof ssh2.BaseAgent, agent instanceof ssh2.OpenSSHAgent)
    }
    const base = new (ssh2.BaseAgent as unknown as new () => object)() as unknown as Record<string, (...given: unknown[]) => void>
    base['getIdentities']!((error: unknown) => transcript.note(error))
    base['sign']!('k', 'd', (error: unknown) => transcript.note(error))
    base['sign']!('k', 'd', {}, (error: unknown) => transcript.note(error))
    const none = new ssh2.OpenSSHAgent(folder.file('nowhere')) as unknown as Record<string, (...given: unknown[]) => void>
    for (const [method, ...given] of [['getStream'], ['getIdentities'], ['sign', PAIR.public, Buffer.from('x')], ['sign', PAIR.public, Buffer.from('x'), {}]] as [string, ...unknown[]][]) {
      await new Promise<void>((resolve) => { none[method]!(...given, (...results: unknown[]) => { transcript.note(method, ...results); resolve() }) })
    }
  })

  same('the agent of the configuration, and what is none', async (ssh2, transcript) => {
    const server = await startOwnServer(() => {}, { authenticate: (context) => context.reject(['publickey']) })
    for (const agent of ['', 5, null, undefined, {}, '/nowhere/agent.sock', new ssh2.OpenSSHAgent('/nowhere')]) {
      const client = new ssh2.Client().on('error', (error) => transcript.note(error))
      const closed = event(client, 'close')
      client.connect({ ...server.to, agent: agent as string })
      await closed
      try {
        const forwarding = new ssh2.Client().on('error', () => {}).connect({ ...server.to, agent: agent as string, agentForward: true }) as unknown as Client
        forwarding.destroy()
        await event(forwarding, 'close')
      } catch (error) {
        transcript.note(error)
      }
    }
    await server.stop()
  })

  same('an agent that refuses, hangs up, or answers in part', async (ssh2, transcript) => {
    for (const [i, answer] of [[Buffer.from([0, 0, 0, 1, 5]), false], [Buffer.alloc(0), true], [Buffer.from([0, 0, 0, 9, 12]), true], [Buffer.from([0, 0, 0, 1, 99]), false]].entries()) {
      const server = createServer((socket) => { socket.on('error', () => {}).on('data', () => answer[1] ? socket.end(answer[0] as Buffer) : socket.write(answer[0] as Buffer)) })
      const path = folder.file(`agent-${ssh2 === NPM}-${i}`)
      await listening(server, path)
      const agent = new ssh2.OpenSSHAgent(path) as unknown as Record<string, (...given: unknown[]) => void>
      for (const [method, ...given] of [['getIdentities'], ['sign', PAIR.public, Buffer.from('x'), {}]] as [string, ...unknown[]][]) {
        await new Promise<void>((resolve) => { agent[method]!(...given, (error: unknown) => { transcript.note(i, method, error); resolve() }) })
      }
      server.close()
    }
  })
})

describe('agent forwarding', () => {
  /** A server that answers a request for forwarding. */
  async function forwarding(takes: boolean) {
    const asked: string[] = []
    const server = await startOwnServer((connection) => {
      connection.on('session', (accept) => {
        const session = accept()
        session.on('auth-agent', (yes, no) => { asked.push('auth-agent'); (takes ? yes : no)?.() })
        session.on('pty', (yes) => { yes?.() })
        const over = (yes: () => { exit(code: number): void, end(): void }) => { const channel = yes(); channel.exit(0); channel.end() }
        session.on('exec', over as never).on('shell', over as never).on('sftp', (yes) => { yes() })
      })
    })
    return { ...server, asked }
  }

  same('is asked for once, with the first command or shell', async (ssh2, transcript) => {
    const server = await forwarding(true)
    for (const [config, options] of [[{ agentForward: true }, {}], [{}, { agentForward: true }], [{}, {}], [{ agentForward: 1 }, {}], [{}, { agentForward: 'yes' }]]) {
      const client = await connected(ssh2, { ...server.to, agent: '/nowhere/agent', authHandler: ['none'], ...config as object })
      for (let i = 0; i < 2; i++) {
        const channel = await exec(client, 'x', options)
        channel.resume()
        await event(channel, 'close')
      }
      await new Promise<void>((resolve, reject) => { client.shell((error, channel) => { if (error) reject(error); else channel.on('close', () => resolve()).resume() }) })
      await new Promise<void>((resolve) => { client.sftp(() => resolve()) })
      transcript.note(config, options, server.asked.splice(0).length)
      await ended(client)
    }
    await server.stop()
  })

  same('that the server refuses is asked for again', async (ssh2, transcript) => {
    const server = await forwarding(false)
    const client = await connected(ssh2, { ...server.to, agent: '/nowhere/agent', agentForward: true, authHandler: ['none'] })
    for (let i = 0; i < 2; i++) await new Promise<void>((resolve) => { client.exec('x', (error) => { transcript.note(error); resolve() }) })
    transcript.note(server.asked.length)
    await ended(client)
    await server.stop()
  })
})

describe.runIf(requirePeer('puttygen'))('keys of PuTTY', () => {
  const run = promisify(execFile)
  const SECRET = 'a secret'
  const KEYS = ([['rsa', '1024'], ['ed25519', '255'], ['ecdsa', '256']] as const).flatMap(([type, bits]) => ['2', '3'].flatMap((version) => [true, false].map((encrypted) => ({ name: `${type}-${version}-${encrypted ? 'encrypted' : 'plain'}`, type, bits, version, encrypted }))))
  beforeAll(async () => {
    writeFileSync(folder.file('secret'), `${SECRET}\n`)
    writeFileSync(folder.file('nothing'), '')
    for (const { name, type, bits, version, encrypted } of KEYS) await run('puttygen', ['-q', '-t', type, '-b', bits, '-C', 'a comment', '--ppk-param', `version=${version}`, '--random-device', '/dev/urandom', '--new-passphrase', folder.file(encrypted ? 'secret' : 'nothing'), '-o', folder.file(name)])
  })
  const shownKey = (key: ParsedKey | ParsedKey[] | Error) => key instanceof Error ? key.message : [(key as ParsedKey).type, (key as ParsedKey).comment, (key as ParsedKey).isPrivateKey(), (key as ParsedKey).getPublicSSH().toString('hex'), (key as ParsedKey).getPrivatePEM().trim(), (key as ParsedKey).getPublicPEM().trim()].join()

  for (const encrypted of [false, true]) {
    // npm ssh2 reads version 2 of RSA alone.
    same(`PuTTY's version 2, RSA, ${encrypted ? 'encrypted' : 'plain'}`, async (ssh2, transcript) => {
      const text = readFileSync(folder.file(`rsa-2-${encrypted ? 'encrypted' : 'plain'}`), 'utf8')
      const secret = encrypted ? SECRET : undefined
      const ways: [string, string | Buffer, string | Buffer | undefined][] = [
        ['as text', text, secret], ['as a Buffer', Buffer.from(text), secret && Buffer.from(secret)], ['without a passphrase', text, undefined], ['broken', text.replace(/Private-MAC: ..../, 'Private-MAC: 0000'), secret],
        ...encrypted ? [['with a wrong passphrase', text, 'wrong'], ['with an empty one', text, ''], ['with CRLF', text.replaceAll('\n', '\r\n'), SECRET]] as [string, string, string][] : [],
      ]
      for (const [way, key, passphrase] of ways) transcript.note(way, shownKey(ssh2.utils.parseKey(key, passphrase)))
    })
  }

  test.each(KEYS)('reads $name, and its errors have the words that packages look for', async ({ name, type, encrypted }) => {
    const text = readFileSync(folder.file(name), 'utf8')
    const key = OURS.utils.parseKey(text, encrypted ? SECRET : undefined) as ParsedKey
    await run('puttygen', [folder.file(name), '-O', 'private-openssh-new', '-o', folder.file(`${name}.openssh`), '--old-passphrase', folder.file(encrypted ? 'secret' : 'nothing'), '--new-passphrase', folder.file('nothing')])
    const theirs = NPM.utils.parseKey(readFileSync(folder.file(`${name}.openssh`))) as ParsedKey
    expect([key.isPrivateKey(), key.comment, key.getPublicSSH().equals(theirs.getPublicSSH())]).toEqual([true, 'a comment', true])
    expect([key.type, theirs.verify('data', key.sign('data')), key.verify('data', theirs.sign('data'))]).toEqual([theirs.type, true, true])
    expect(key.type).toContain(type)
    if (encrypted) {
      expect((OURS.utils.parseKey(text) as Error).message).toBe('Encrypted PPK private key detected, but no passphrase given')
      expect((OURS.utils.parseKey(text, 'wrong') as Error).message).toBe('PPK private key integrity check failed -- bad passphrase?')
    } else {
      expect((OURS.utils.parseKey(text.replace(/Private-MAC: ..../, 'Private-MAC: 0000')) as Error).message).toBe('PPK private key integrity check failed')
    }
  })
})

describe('keys are wiped', () => {
  const PASS = 'x'
  test.each([
    ['an algorithm that is none', { algorithms: { cipher: ['rot13'] } }], ['a time that is none', { timeout: -1 }], ['a port that is none', { port: 70_000 }], ['an address that is none', { localAddress: 'nowhere' }],
  ] as [string, object][])('that connect() has parsed before it throws for %s', (_what, options) => {
    const wipe = vi.spyOn(OwnKey.prototype, 'wipe')
    try {
      expect(() => new OURS.Client().connect({ host: '127.0.0.1', username: PASS, privateKey: PAIR.private, ...options })).toThrow()
      expect(wipe).toHaveBeenCalledOnce()
      expect((wipe.mock.contexts[0] as OwnKey).sign('data')).toBeInstanceOf(Error)
    } finally {
      wipe.mockRestore()
    }
  })

  test('that generateKeyPair has made before it refuses the cipher', () => {
    const fill = vi.spyOn(Buffer.prototype, 'fill')
    try {
      expect(() => OURS.utils.generateKeyPairSync('ed25519', { passphrase: PASS, cipher: 'rot13' } as never)).toThrow('Invalid cipher name')
      // The PKCS#8 of an Ed25519 key.
      expect((fill.mock.contexts as Uint8Array[]).some((bytes) => bytes.length === 48 && bytes.every((byte) => byte === 0))).toBe(true)
    } finally {
      fill.mockRestore()
    }
  })
})
