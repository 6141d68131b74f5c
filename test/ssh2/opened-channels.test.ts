import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer as createHttp, get as getHttp } from 'node:http'
import { createServer as createHttps, get as getHttps } from 'node:https'
import { connect as connectTcp, createServer, type AddressInfo, type Server as TcpServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import type { Client, ClientChannel, ConnectConfig, Connection, ExecOptions, ParsedKey } from 'ssh2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OpenSSHAgent } from '../../src/ssh2/agents/openssh-agent.ts'
import { selfSigned } from '../support/self-signed.ts'
import { startSshAgent } from '../support/ssh-agent.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { startOwnServer } from './own-server.ts'
import { CHANNEL_EVENTS, same } from './same.ts'
import { writeTable } from './table.ts'
import { connected, ended, event, exec, OURS, shown, textOf } from './transcript.ts'

writeTable('channels that the server opens')

let sshd: SshServer
const directory = temporaryDirectory('opened')

beforeAll(async () => { sshd = await startSshd({ config: ['X11Forwarding yes', 'AllowStreamLocalForwarding yes', 'StreamLocalBindUnlink yes'] }) })
afterAll(async () => {
  await sshd.stop()
  directory.remove()
})

const toSshd = (): ConnectConfig => ({ host: sshd.host, port: sshd.port, username: sshd.user, privateKey: readFileSync(sshd.keys.ed25519.path), hostVerifier: () => true })

/** A server of the test's own on a free port. */
async function listening<S extends TcpServer>(server: S): Promise<number> {
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  return (server.address() as AddressInfo).port
}

/** What the server hears when it opens a channel: a refusal with its reason, or what came over the channel. */
type Opens = (connection: Connection, opened: (error: Error | undefined, channel?: { on(event: string, listener: (...details: never[]) => void): unknown, end(text?: string): void }) => void) => void
const OPENS: readonly (readonly [what: string, event: 'tcp connection' | 'x11' | 'unix connection', opens: Opens])[] = [
  ['forwarded-tcpip', 'tcp connection', (connection, opened) => { connection.forwardOut('127.0.0.1', 4000, '10.0.0.9', 5, opened as never) }],
  ['x11', 'x11', (connection, opened) => { connection.x11('10.0.0.9', 5, opened as never) }],
  ['forwarded-streamlocal', 'unix connection', (connection, opened) => { connection.openssh_forwardOutStreamLocal('/tmp/there.sock', opened as never) }],
]

/** Connects to a server that opens a channel of each kind as soon as it has been asked for it. */
async function withOpener(opens: Opens, program: (to: ConnectConfig, told: Promise<string>) => Promise<void>): Promise<void> {
  let tell!: (what: string) => void
  const told = new Promise<string>((resolve) => { tell = resolve })
  const server = await startOwnServer((connection) => {
    const open = () => opens(connection, (error, channel) => {
      if (error) return tell(`the server is told ${shown(error)}`)
      let text = ''
      channel!.on('data', (data: Buffer) => { text += String(data) })
      channel!.on('close', () => tell(`the server got ${text}`))
      channel!.end('from the server')
    })
    connection.on('request', (accept, _reject, name) => {
      accept?.()
      if (/forward/.test(name as string) && !/cancel/.test(name as string)) setImmediate(open)
    })
    connection.on('session', (accept) => {
      const session = accept()
      session.on('x11', (yes) => yes?.())
      session.on('exec', (yes) => {
        yes()
        open()
      })
    })
  })
  try {
    await program(server.to, told)
  } finally {
    await server.stop()
  }
}

/** Asks for what makes the server open the channel. */
async function asked(client: Client, event: string): Promise<void> {
  if (event === 'tcp connection') await new Promise<void>((resolve, reject) => { client.forwardIn('127.0.0.1', 4000, (error) => error ? reject(error) : resolve()) })
  if (event === 'unix connection') await new Promise<void>((resolve, reject) => { client.openssh_forwardInStreamLocal('/tmp/there.sock', (error) => error ? reject(error) : resolve()) })
  if (event === 'x11') await exec(client, 'x', { x11: true }).then((channel) => channel.resume())
}

describe('what the server opens', () => {
  for (const [what, name, opens] of OPENS) {
    same(`${what}: reject() refuses it`, async (ssh2, transcript) => {
      await withOpener(opens, async (to, told) => {
        const client = await connected(ssh2, { ...to, strictVendor: false })
        client.on(name as 'x11', (details, _accept, reject) => {
          transcript.note(name, details)
          setTimeout(reject, 20)
        })
        await asked(client, name)
        transcript.note(await told)
        await ended(client)
      })
    })

    same(`${what}: accept() is a channel at once`, async (ssh2, transcript) => {
      await withOpener(opens, async (to, told) => {
        const client = await connected(ssh2, { ...to, strictVendor: false })
        const closed = new Promise((resolve) => {
          client.on(name as 'x11', (_details, accept) => {
            const channel = accept()
            transcript.follow(channel, 'channel', ['end', 'close', 'error'])
            transcript.note(channel.type)
            channel.on('data', (data: Buffer) => transcript.note('the client got', data))
            channel.on('close', resolve)
            channel.end('from the client')
          })
        })
        await asked(client, name)
        await closed
        transcript.note(await told)
        await ended(client)
      })
    })

    test(`${what}: without a listener it is refused`, async () => {
      await withOpener(opens, async (to, told) => {
        const client = await connected(OURS, { ...to, strictVendor: false })
        await asked(client, name)
        expect(await told).toBe('the server is told Error((SSH) Channel open failure: , reason 2)')
        await ended(client)
      })
    })
  }

  same('what nobody has asked for is refused', async (ssh2, transcript) => {
    let told!: () => void
    const all = new Promise<void>((resolve) => { told = resolve })
    const server = await startOwnServer((connection) => {
      connection.on('request', (accept) => {
        accept?.()
        let left = OPENS.length
        for (const [what, , opens] of OPENS) {
          opens(connection, (error) => {
            transcript.note(what, error ? 'refused' : 'open')
            if (--left === 0) told()
          })
        }
      })
    })
    const client = await connected(ssh2, server.to)
    await new Promise<void>((resolve) => { client.forwardIn('127.0.0.1', 4001, () => resolve()) })
    await all
    await ended(client)
    await server.stop()
  })
})

describe('forwarding with OpenSSH', () => {
  same('a Unix socket there, and a connection to it', async (ssh2, transcript) => {
    const client = await connected(ssh2, toSshd())
    const path = directory.file(`${Math.random()}.sock`)
    client.on('unix connection', ({ socketPath }, accept) => {
      transcript.note('unix connection', socketPath === path)
      accept().end('hello')
    })
    await new Promise<void>((resolve, reject) => { client.openssh_forwardInStreamLocal(path, (error) => error ? reject(error) : resolve()) })
    transcript.note(await textOf(connectTcp(path)))
    await new Promise<void>((resolve) => { client.openssh_unforwardInStreamLocal(path, (error) => { transcript.note('unforwarded', error); resolve() }) })
    await ended(client)
  })

  same('to a Unix socket there', async (ssh2, transcript) => {
    const path = directory.file(`${Math.random()}.sock`)
    const server = createServer((socket) => socket.pipe(socket))
    await new Promise<void>((resolve) => { server.listen(path, resolve) })
    const client = await connected(ssh2, toSshd())
    const channel = await new Promise<ClientChannel>((resolve, reject) => { client.openssh_forwardOutStreamLocal(path, (error, made) => error ? reject(error) : resolve(made)) })
    transcript.follow(channel, 'channel', CHANNEL_EVENTS.filter((name) => name !== 'finish'))
    const closed = event(channel, 'close')
    channel.end('there and back')
    const text = await textOf(channel)
    await closed
    transcript.note(channel.type, text)
    await new Promise<void>((resolve) => { client.openssh_forwardOutStreamLocal('/nowhere/at/all.sock', (error) => { transcript.note(error); resolve() }) })
    await ended(client)
    server.close()
  })

  same('strictVendor: a server that is not OpenSSH is not asked', async (ssh2, transcript) => {
    const server = await startOwnServer((connection) => { connection.on('request', (accept) => accept?.()) })
    const client = await connected(ssh2, server.to)
    const calls: [string, (told: (error?: Error | null) => void) => void][] = [
      ['forwardOut', (told) => { client.openssh_forwardOutStreamLocal('/x', told) }], ['forwardIn', (told) => { client.openssh_forwardInStreamLocal('/x', told) }],
      ['unforwardIn', (told) => { client.openssh_unforwardInStreamLocal('/x', told) }], ['noMoreSessions', (told) => { client.openssh_noMoreSessions(told) }],
    ]
    for (const [what, call] of calls) await new Promise<void>((resolve) => { call((error) => { transcript.note(what, error); resolve() }) })
    await ended(client)
    await server.stop()
  })

  same('X11: a program there reaches the display here', async (ssh2, transcript) => {
    const client = await connected(ssh2, toSshd())
    client.on('x11', ({ srcIP, srcPort }, accept) => {
      transcript.note('x11', srcIP, typeof srcPort)
      const channel = accept()
      channel.on('data', (data: Buffer) => transcript.note(data))
      channel.on('data', () => channel.end('welcome'))
    })
    // Only bash has /dev/tcp.
    const program = 'display=${DISPLAY#*:}; echo "display ${DISPLAY%%:*}"; exec 3<>/dev/tcp/127.0.0.1/$((6000 + ${display%.*})); printf hi >&3; cat <&3'
    const channel = await exec(client, `bash -c '${program}'`, { x11: { single: false, screen: 0 } })
    transcript.note(await textOf(channel))
    await ended(client)
  })

  same('the agent there is the agent here', async (ssh2, transcript) => {
    await using agent = await startSshAgent()
    agent.add(sshd.keys.ed25519.path)
    const client = await connected(ssh2, { ...toSshd(), agent: agent.socket, agentForward: true, authHandler: ['publickey'] })
    const channel = await exec(client, 'ssh-add -L | cut -d" " -f1')
    transcript.note(await textOf(channel))
    const second = await exec(client, 'ssh-add -l | wc -l')
    transcript.note(await textOf(second))
    await ended(client)
  })

  // `ssh-add` there lists the keys, and has one sign: by an agent of the program's own, whose streams npm ssh2's or our own protocol answers.
  for (const way of ['at once', 'later', 'an error', 'no stream to give'] as const) {
    same(`an agent of one's own, which gives its stream: ${way}`, async (ssh2, transcript) => {
      const key = ssh2.utils.parseKey(readFileSync(sshd.keys.ed25519.path)) as ParsedKey
      const own = Array.isArray(key) ? (key as ParsedKey[])[0]! : key
      let streams = 0
      const serve = () => {
        streams++
        const protocol = new ssh2.AgentProtocol(false)
        protocol.on('identities', (request) => protocol.getIdentitiesReply(request, [own]))
        protocol.on('sign', (request, _key, data) => protocol.signReply(request, own.sign(data)))
        return protocol as unknown as Duplex
      }
      class Own extends (ssh2.BaseAgent as unknown as new () => object) {
        getIdentities(callback: (error: Error | null, keys: unknown[]) => void): void { callback(null, [own]) }
        sign(_key: unknown, data: Buffer, _options: unknown, callback: (error: Error | null, signature: Buffer) => void): void { callback(null, own.sign(data)) }
        getStream = way === 'no stream to give' ? undefined : (callback: (error: Error | null, stream?: Duplex) => void) => {
          if (way === 'an error') callback(new Error('locked'))
          else if (way === 'later') setTimeout(() => callback(null, serve()), 20)
          else callback(null, serve())
        }
      }
      const client = await connected(ssh2, { ...toSshd(), privateKey: undefined as never, agent: new Own() as never, agentForward: true, authHandler: ['agent'] })
      const channel = await exec(client, `ssh-add -L 2>/dev/null | cut -d" " -f1; ssh-add -T ${sshd.keys.ed25519.path}.pub 2>/dev/null && echo signed; echo over`)
      transcript.note(await textOf(channel), streams)
      await ended(client)
    })
  }

  // Of sshd, the socket lives as long as the connection: a program that has stayed there could use the agent for days.
  test('the agent is there while a command wants it, and for no more than a hundred connections at once', async () => {
    await using agent = await startSshAgent()
    agent.add(sshd.keys.ed25519.path)
    const client = await connected(OURS, { ...toSshd(), agent: agent.socket, authHandler: ['publickey'] })
    const run = (command: string, options: ExecOptions & { agentForward?: boolean }) => new Promise<ClientChannel>((resolve, reject) => { client.exec(command, options, (error, channel) => error ? reject(error) : resolve(channel)) })
    const lent = await run('echo $SSH_AUTH_SOCK; read go; echo over', { agentForward: true })
    const socket = String((await once(lent, 'data'))[0] as Buffer).trim()
    // Each connection asks for the list of keys (message 11), and tells how many have had an answer.
    const program = `import socket, sys
all = []
for i in range(int(sys.argv[1])):
  one = socket.socket(socket.AF_UNIX); one.settimeout(10); one.connect("${socket}")
  try:
    one.sendall(bytes([0, 0, 0, 1, 11]))
    if one.recv(5): all.append(one)
  except OSError: pass
print(len(all), flush=True)
sys.stdin.read()
print(all[0].recv(99999) and all[0].recv(5) if all else "", flush=True)`
    const asks = (count: number) => run(`python3 -c '${program.replaceAll("'", `'"'"'`)}' ${count}`, {})
    const many = await asks(120)
    const [told] = await once(many, 'data') as [Buffer]
    expect(String(told).trim()).toBe('100')
    const rest = textOf(lent)
    lent.end('go\n')
    expect(await rest).toBe('over\n')
    // What was open has ended, and there is no more.
    many.end()
    expect((await textOf(many)).trim()).toBe("b''")
    const late = await asks(1)
    late.end()
    expect((await textOf(late)).trim().split('\n')[0]).toBe('0')
    await ended(client)
  })

  test('an agent that gives no stream is refused, and the command goes on', async () => {
    class Silent extends OpenSSHAgent {
      override getStream(callback: (error?: Error | null) => void): void { callback(new Error('no stream')) }
    }
    const client = await connected(OURS, { ...toSshd(), agent: new Silent('/nowhere') as never, agentForward: true, authHandler: ['publickey'] })
    expect(await textOf(await exec(client, 'ssh-add -l 2>&1; echo over'))).toMatch(/over\n$/)
    await ended(client)
  })
})

describe('streams over channels', () => {
  const certificate = selfSigned()

  same('TLS', async (ssh2, transcript) => {
    const server = createHttps({ ...certificate }, (_request, response) => response.end('secret page'))
    const port = await listening(server)
    const client = await connected(ssh2, toSshd())
    const channel = await new Promise<ClientChannel>((resolve, reject) => { client.forwardOut('127.0.0.1', 1, '127.0.0.1', port, (error, made) => error ? reject(error) : resolve(made)) })
    const tls = connectTls({ socket: channel, rejectUnauthorized: false })
    await once(tls, 'secureConnect')
    tls.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    transcript.note(/secret page/.test(await textOf(tls)))
    await ended(client)
    server.close()
  })

  same('HTTPAgent: requests, a refused port, a login that fails', async (ssh2, transcript) => {
    const server = createHttp((request, response) => response.end(`${request.url} ${request.headers.host === undefined}`))
    const port = await listening(server)
    const agent = new ssh2.HTTPAgent({ ...toSshd() }, {})
    const got = (target: object) => new Promise<void>((resolve) => {
      const request = getHttp({ host: '127.0.0.1', port, path: '/page', agent, ...target }, (response) => { void textOf(response).then((text) => { transcript.note(response.statusCode, text); resolve() }) })
      request.on('error', (error) => { transcript.note('error', error); resolve() })
    })
    await Promise.all([got({}), got({})])
    await got({ port: 1 })
    await got({ agent: new ssh2.HTTPAgent({ ...toSshd(), privateKey: undefined as never }, {}) })
    server.close()
  })

  same('HTTPSAgent', async (ssh2, transcript) => {
    const server = createHttps({ ...certificate }, (_request, response) => response.end('secret page'))
    const port = await listening(server)
    const agent = new ssh2.HTTPSAgent({ ...toSshd() }, {})
    await new Promise<void>((resolve) => {
      getHttps({ host: '127.0.0.1', port, agent, rejectUnauthorized: false }, (response) => { void textOf(response).then((text) => { transcript.note(response.statusCode, text); resolve() }) })
    })
    await new Promise<void>((resolve) => { getHttps({ host: '127.0.0.1', port, agent }, () => transcript.note('taken')).on('error', (error) => { transcript.note(error.message); resolve() }) })
    server.close()
  })
})
