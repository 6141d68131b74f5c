import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  agent, connect, type ConnectOptions, insecureAcceptAnyHostKey, keyboardInteractive, memoryHostKeyStore, parsePrivateKey, password, publicKey, trustOnFirstUse, verifyHostKeyWith,
} from '../../../src/index.ts'
import type { Transport } from '../../../src/runtime/transport.ts'
import { connectTcp } from '../../../src/node/index.ts'
import { type SshServer } from '../../support/ssh-server.ts'
import { startSsh2Server } from '../../support/ssh2-server.ts'
import { startSshd } from '../../support/sshd.ts'
import { within as withinTime } from '../../support/within.ts'

const within = <T>(work: Promise<T>, limit: number) => withinTime(limit, 'it', work)
const never = () => new Promise<never>(() => {})

let sshd: SshServer
let prompting: SshServer
beforeAll(async () => {
  sshd = await startSshd({ config: ['PasswordAuthentication yes'] })
  prompting = await startSsh2Server({
    authenticate: (context) => {
      if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive'])
      context.prompt([{ prompt: 'code: ', echo: false }], () => context.accept())
    },
  })
})
afterAll(async () => {
  await sshd.stop()
  await prompting.stop()
})

const key = () => readFileSync(sshd.keys.ed25519.path, 'utf8')
const target = (server = sshd) => ({ host: server.host, port: server.port, username: server.user, hostKey: insecureAcceptAnyHostKey() })

/** A transport to `server` that counts how often it is closed. */
async function counted(server = sshd): Promise<Transport & { closed: number, gone: Promise<void> }> {
  const inner = await connectTcp({ host: server.host, port: server.port })
  let heard = () => {}
  const transport = {
    closed: 0,
    gone: new Promise<void>((resolve) => { heard = resolve }),
    readable: inner.readable,
    writable: inner.writable,
    close() {
      transport.closed += 1
      heard()
      return inner.close?.()
    },
  }
  return transport
}

/** Each place where `connect` waits for somebody. */
async function waits(): Promise<Record<string, Partial<ConnectOptions> & { readonly server?: SshServer }>> {
  const { publicKey: blob } = await parsePrivateKey(key())
  return {
    'a password function': { auth: [password(never)] },
    'keyboardInteractive': { auth: [keyboardInteractive(never)], server: prompting },
    'a signer': { auth: [publicKey({ publicKey: blob, sign: never })] },
    'a method of one\'s own': { auth: [{ method: 'publickey', authenticate: never }] },
    'hostKey.verify': { hostKey: { verify: never } },
    'hostKey.preferredAlgorithms': { hostKey: { preferredAlgorithms: never, verify: () => {} } },
    'a store': { hostKey: trustOnFirstUse({ read: never, append: () => {} }) },
    'a question about the host key': { hostKey: verifyHostKeyWith(never) },
    'a question about a new host': { hostKey: trustOnFirstUse(memoryHostKeyStore(), { confirm: never }) },
  }
}

const names = ['a password function', 'keyboardInteractive', 'a signer', 'a method of one\'s own', 'hostKey.verify', 'hostKey.preferredAlgorithms', 'a store', 'a question about the host key', 'a question about a new host']

describe.each(names)('while connect waits for %s', (name) => {
  test('an abort is heard at once, and the transport is closed', async () => {
    const { server, ...options } = (await waits())[name] as Awaited<ReturnType<typeof waits>>[string]
    const transport = await counted(server)
    const controller = new AbortController()
    const connecting = connect({ ...target(server), ...options, transport, signal: controller.signal })
    setTimeout(() => controller.abort(new Error('mine')), 300)
    await expect(within(connecting, 5000)).rejects.toThrow(/^mine$/)
    await within(transport.gone, 5000)
  })

  test('a server that hangs up is heard, and nobody waits for an answer', async () => {
    const { server, ...options } = (await waits())[name] as Awaited<ReturnType<typeof waits>>[string]
    const transport = await connectTcp({ host: (server ?? sshd).host, port: (server ?? sshd).port })
    const connecting = connect({ ...target(server), ...options, transport })
    setTimeout(() => { void transport.close?.() }, 400)
    await expect(within(connecting, 5000)).rejects.toMatchObject({ name: 'DisconnectError' })
  })
})

describe('connectTimeout', () => {
  test.each(['a signer', 'a method of one\'s own', 'hostKey.verify', 'hostKey.preferredAlgorithms', 'a store'])('ends a wait for %s', async (name) => {
    const { server: _, ...options } = (await waits())[name] as Awaited<ReturnType<typeof waits>>[string]
    const transport = await counted()
    await expect(within(connect({ ...target(), ...options, transport, connectTimeout: 300 }), 5000)).rejects.toMatchObject({ code: 'ERR_CONNECT_TIMEOUT', message: expect.stringContaining(`${sshd.host}:${sshd.port}`) })
    await within(transport.gone, 5000)
  })

  const late = <T>(answer: T) => () => new Promise<T>((resolve) => { setTimeout(() => resolve(answer), 3200) })

  test('stands still while a person is asked', async () => {
    await using client = await connect({ ...target(), hostKey: verifyHostKeyWith(late(true)), auth: [{ method: 'publickey', authenticate: async ({ ask }) => ask(late(undefined)) }, publicKey(key())], connectTimeout: 3000 })
      .catch((error: unknown) => { throw error }) as never
    expect(client).toBeDefined()
  }, 20_000)

  test.each([0, Infinity, 2 ** 31, 1e15])('of %d does not end it at once', async (connectTimeout) => {
    await using client = await connect({ ...target(), auth: [publicKey(key())], connectTimeout })
    expect(client.session.failure).toBeUndefined()
  })

  test.each([-1, NaN])('of %d is a RangeError, and the transport is closed', async (connectTimeout) => {
    const transport = await counted()
    await expect(connect({ ...target(), transport, connectTimeout })).rejects.toBeInstanceOf(RangeError)
    expect(transport.closed).toBe(1)
  })

  test('covers a server that takes the connection and says nothing', async () => {
    const silent = await listening(() => {})
    await expect(within(connect({ ...target(), port: silent.port, connectTimeout: 1500 }), 10_000)).rejects.toMatchObject({ code: 'ERR_CONNECT_TIMEOUT', message: expect.stringContaining('exchanging keys') })
    silent.server.close()
  })
})

describe('whatever is wrong, the transport is closed', () => {
  const key = insecureAcceptAnyHostKey()
  const wrong: Record<string, object> = {
    'no policy': { hostKey: undefined },
    'no username': { username: '' },
    'auth is no list': { auth: password('x') },
    'auth holds a text': { auth: ['-----BEGIN'] },
    'an unknown algorithm': { algorithms: { kex: ['none-of-these'] } },
    'a wrong memoryLimit': { memoryLimit: 5 },
    'a wrong rekey': { rekey: { bytes: 1 } },
    'a wrong keepalive': { keepalive: { interval: -1 } },
    'a signal that is none': { signal: {} },
    'a signal that has aborted': { signal: AbortSignal.abort(new Error('before')) },
    'a policy that throws at once': { hostKey: { verify: () => { throw new Error('no') } } },
    'preferredAlgorithms that throws': { hostKey: { ...key, preferredAlgorithms: () => { throw new Error('no') } } },
    'preferredAlgorithms that rejects': { hostKey: { ...key, preferredAlgorithms: () => Promise.reject(new Error('no')) } },
    'a policy that gives false': { hostKey: { verify: () => false } },
    'a policy that gives a Promise of false': { hostKey: { verify: () => Promise.resolve(false) } },
    'a policy that gives a text': { hostKey: { verify: () => 'yes' } },
    'a password function that throws': { auth: [password(() => { throw new Error('no') })] },
    'a password that is wrong': { auth: [password('wrong')] },
    'a method of one\'s own that throws': { auth: [{ method: 'publickey', authenticate: () => { throw new Error('no') } }] },
    'an option of npm ssh2': { privateKey: 'text' },
    'a port that is none': { port: 70_000 },
  }

  test.each(Object.keys(wrong))('%s', async (name) => {
    const transport = await counted()
    const error: unknown = await within(connect({ ...target(), transport, ...wrong[name] } as never), 8000).then(() => undefined, (reason: unknown) => reason)
    expect(error).toBeInstanceOf(Error)
    await within(transport.gone, 5000)
  })

  test('a transport that comes as a Promise', async () => {
    const transport = await counted()
    await expect(connect({ ...target(), transport: Promise.resolve(transport) as never })).rejects.toThrow(/transport.*Promise: await it first/)
    await within(transport.gone, 5000)
  })

  test('a close of it that throws hides nothing', async () => {
    const transport = { ...await counted(), close: () => { throw new Error('close') } }
    await expect(connect({ ...target(), transport, username: '' })).rejects.toThrow(/username/)
  })
})

test.each([
  [{ hostKey: { verify: () => false } }, /ERR_HOST_KEY_UNKNOWN/],
  [{ hostKey: { verify: () => 1 } }, /ERR_HOST_KEY_VERDICT/],
  [{ hostKey: { verify: () => null } }, /ERR_HOST_KEY_VERDICT/],
])('a verdict that is no yes is an error: %o', async (options, code) => {
  await expect(connect({ ...target(), auth: [publicKey(key())], ...options } as never)).rejects.toMatchObject({ name: 'HostKeyError', code: expect.stringMatching(code) })
})

describe('mistakes are named', () => {
  test.each<[string, object | undefined, RegExp]>([
    ['nothing', undefined, /object of options/],
    ['auth is no list', { auth: password('x') }, /auth must be an array/],
    ['auth holds a text', { auth: ['secret text'] }, /auth\[0\].*publicKey\(\).*not a string/],
    ['privateKey of npm ssh2', { privateKey: 'secret text' }, /privateKey.*publicKey\(text\)/],
    ['user', { user: 'me' }, /username/],
    ['a host that is a Promise', { host: Promise.resolve('h') }, /host.*Promise/],
    ['a policy that is a Promise', { hostKey: Promise.resolve(insecureAcceptAnyHostKey()) }, /hostKey.*Promise: await/],
    ['a username that is none', { username: 5 }, /username.*not a number/],
    ['a port that is none', { port: 1.5 }, /port.*1\.5/],
    ['a port as text, as environment variables have it', { port: '22' }, /^port must be a number, not a string$/],
    ['auth is an object', { auth: {} }, /not an object$/],
    ['a host with its user', { host: 'me@example.org' }, /username/],
    ['a host with its port', { host: 'example.org:22' }, /the port belongs in port/],
    ['an address with brackets', { host: '[::1]' }, /brackets/],
    ['a URL', { host: 'ssh://example.org' }, /URL/],
    ['a line of a file', { host: 'example.org\n' }, /white space/],
    ['hostname', { host: undefined, hostname: 'example.org' }, /no option hostname: did you mean host\?$/],
    ['other capitals', { hostKey: undefined, hostkey: insecureAcceptAnyHostKey() }, /did you mean hostKey\?$/],
    ['a letter is missing', { connectTimout: 1 }, /did you mean connectTimeout\?$/],
    ['a letter is too many', { requirePostQuantumm: true }, /did you mean requirePostQuantum\?$/],
    ['two letters are exchanged', { keepailve: {} }, /did you mean keepalive\?$/],
  ])('%s', async (_, options, message) => {
    const error = await connect((options && { ...target(), ...options }) as never).then(() => undefined, (reason: unknown) => reason as Error)
    expect(error?.message).toMatch(message)
    expect(error?.message).not.toContain('secret text')
  })
})

test('names that are unlike every option, or come beside the option itself, are left alone', async () => {
  const options = { ...target(), auth: [publicKey(key())], tags: ['web'], hostname: 'other', debugg: undefined, debug: () => {} }
  const client = await connect(options)
  expect((await client.run('echo in')).stdout).toBe('in\n')
  await client.close()
})

test.each([
  ['Exceeded MaxStartups\r\n', 'the server said: "Exceeded MaxStartups"'],
  ['HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n', 'the server said: "HTTP/1.1 400 Bad Request\\r\\nServer: x"'],
  ['\u001b[31mred\u202e', 'the server said: "\\u{1b}[31mred\\u{202e}"'],
  ['', 'the transport was closed'],
])('what a server says before it hangs up is in the error: %j', async (said, expected) => {
  const place = await listening((socket) => { socket.end(said) })
  await expect(within(connect({ ...target(), port: place.port }), 8000)).rejects.toMatchObject({ name: 'DisconnectError', message: `${sshd.host}:${place.port}: the transport was closed${said && '; '}${said && expected}` })
  place.server.close()
})

async function listening(serve: (socket: Socket) => void): Promise<{ readonly server: Server, readonly port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, sshd.host, resolve))
  return { server, port: (server.address() as AddressInfo).port }
}

test('a silent agent is not waited for after an abort', async () => {
  const path = `${sshd.keys.ed25519.path}.agent`
  const silent = createServer(() => {})
  await new Promise<void>((resolve) => silent.listen(path, resolve))
  await expect(within(connect({ ...target(), auth: [agent(path)], signal: AbortSignal.timeout(300) }), 5000)).rejects.toMatchObject({ name: 'TimeoutError' })
  silent.close()
})
