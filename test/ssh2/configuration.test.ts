import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect as connectTcp, createServer, type AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import npm, { type ConnectConfig } from 'ssh2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SshServer } from '../support/ssh-server.ts'
import { freePort } from '../support/port.ts'
import { startSsh2Server } from '../support/ssh2-server.ts'
import { startSshd } from '../support/sshd.ts'
import { startOwnServer } from './own-server.ts'
import { same } from './same.ts'
import { writeTable } from './table.ts'
import { connected, ended, event, OURS } from './transcript.ts'

writeTable('configuration')

let sshd: SshServer
let peer: SshServer
beforeAll(async () => { [sshd, peer] = await Promise.all([startSshd(), startSsh2Server({ password: 'right' })]) })
afterAll(async () => { await Promise.all([sshd.stop(), peer.stop()]) })

const key = () => readFileSync(sshd.keys.ed25519.path)
const toSshd = (): ConnectConfig => ({ host: sshd.host, port: sshd.port, username: sshd.user, privateKey: key(), hostVerifier: () => true })
const SSH2_ENTRY = new URL('../../src/ssh2/index.ts', import.meta.url).href

/** Runs a program in a process of its own; what it printed. */
function printed(program: string): string {
  const text = `import ssh2, { Client } from ${JSON.stringify(SSH2_ENTRY)}\n${program}`
  return execFileSync(process.execPath, ['--import', './scripts/run/typescript.mjs', '--no-warnings', '--input-type=module', '-e', text], { encoding: 'utf8', timeout: 60_000, env: { ...process.env, PORT: String(sshd.port), KEY: key().toString(), USERNAME: sshd.user } })
}
const CONNECT = "const to = { host: '127.0.0.1', port: Number(process.env.PORT), username: process.env.USERNAME, privateKey: process.env.KEY, hostVerifier: () => true }\n"

describe('the module', () => {
  test('has what ssh2 has, by name and as default', async () => {
    const all = await import('../../src/ssh2/index.ts')
    const names = ['Client', 'Server', 'utils', 'AgentProtocol', 'BaseAgent', 'OpenSSHAgent', 'CygwinAgent', 'PageantAgent', 'createAgent', 'HTTPAgent', 'HTTPSAgent'] as const
    for (const name of names) {
      expect(typeof all[name], name).toBe(typeof npm[name as 'Client'])
      expect(all.default[name]).toBe(all[name])
    }
    expect(() => new all.Server()).toThrow(expect.objectContaining({ code: 'ERR_SSH2_NO_SERVER' }))
    expect(new (class extends all.Client {})()).toBeInstanceOf((await import('node:events')).EventEmitter)
  })

  test('new Client() loads nothing and does no I/O', () => {
    expect(printed(`import { readdirSync } from 'node:fs'
const wasm = []
for (const name of ['Module', 'Instance', 'compile', 'instantiate']) { const original = WebAssembly[name]; WebAssembly[name] = function (...given) { wasm.push(name); return new.target ? new original(...given) : original(...given) } }
const state = () => [wasm.length, process.moduleLoadList.length, readdirSync('/proc/self/fd').length, process.getActiveResourcesInfo().length]
state()
const before = state()
const client = new Client()
await new Promise((resolve) => { setImmediate(resolve) })
console.log(before.every((value, at) => value === state()[at]), client.listenerCount('error'))
`)).toBe('true 0\n')
  })

  test('what a callback throws is an uncaught exception, wherever it is called', { timeout: 90_000 }, () => {
    const lines = printed(`${CONNECT}
process.on('uncaughtException', (error) => console.log('uncaught', error.message))
process.on('unhandledRejection', () => console.log('unhandled'))
const client = new Client()
const step = (name, call) => new Promise((resolve) => call((...given) => { setImmediate(resolve, given[1]); throw new Error(name) }))
await step('ready', (told) => client.on('ready', told).connect(to))
const channel = await step('exec', (told) => client.exec('echo x; cat', told))
await step('data', (told) => channel.once('data', told))
channel.resume()
await step('exit', (told) => channel.once('exit', told).end())
await step('forwardOut', (told) => client.forwardOut('127.0.0.1', 1, '127.0.0.1', 1, told))
await step('forwardIn', (told) => client.forwardIn('127.0.0.1', 0, told))
const sftp = await step('sftp', (told) => client.sftp(told))
await step('stat', (told) => sftp.stat('/', told))
await step('readdir', (told) => sftp.readdir('/nowhere', told))
await step('end', (told) => { client.on('end', told); client.end() })
`)
    expect(lines.trim().split('\n')).toEqual(['ready', 'exec', 'data', 'exit', 'forwardOut', 'forwardIn', 'sftp', 'stat', 'readdir', 'end'].map((name) => `uncaught ${name}`))
  })

  test('output goes on behind a listener that throws, also where several pieces came at once', { timeout: 90_000 }, () => {
    expect(printed(`${CONNECT}
let [thrown, length] = [0, 0]
process.on('uncaughtException', () => { thrown++ })
const client = new Client()
client.on('ready', () => client.exec('head -c 3000000 /dev/zero', (error, channel) => {
  channel.on('data', (data) => { length += data.length; throw new Error('of a listener') })
  channel.on('close', () => { console.log(length, thrown > 10); client.end() })
})).connect(to)
`)).toBe('3000000 true\n')
  })

  test('no callback is called from inside the call that got it', async () => {
    const client = await connected(OURS, toSshd())
    const inside = (call: (told: () => void) => unknown) => new Promise<boolean>((resolve) => {
      let within = true
      call(() => resolve(within))
      within = false
    })
    const calls: ((told: () => void) => unknown)[] = [
      (told) => client.exec('true', told), (told) => client.sftp(told), (told) => client.forwardIn('127.0.0.1', 0, told), (told) => client.unforwardIn('127.0.0.1', 9, told),
      (told) => client.openssh_unforwardInStreamLocal('/x', told), (told) => OURS.createAgent('/nowhere').getIdentities(told as never),
    ]
    for (const call of calls) expect(await inside(call)).toBe(false)
    await ended(client)
    expect(await inside((told) => { try { client.exec('x', told) } catch { setImmediate(told) } })).toBe(false)
  })

  test('an error that nobody listens for is thrown', () => {
    expect(() => printed(`new Client().connect({ host: '127.0.0.1', port: 1, username: 'x' })`)).toThrow(/ECONNREFUSED/)
  })

  test('the process ends by itself: after end(), after destroy(), and where the socket is unreferenced', { timeout: 90_000 }, () => {
    expect(printed(`${CONNECT}new Client().on('ready', function () { this.exec('true', (_error, channel) => { channel.resume(); this.end(); console.log('ended') }) }).connect(to)`)).toBe('ended\n')
    expect(printed(`${CONNECT}new Client().on('ready', function () { this.destroy(); console.log('destroyed') }).on('error', () => {}).connect(to)`)).toBe('destroyed\n')
    expect(printed(`${CONNECT}new Client().on('ready', function () { this.exec('sleep 60', () => { this._sock.unref(); console.log('unreferenced') }) }).connect({ ...to, keepaliveInterval: 1000 })`)).toBe('unreferenced\n')
  })
})

describe('the configuration', () => {
  same('hostname, user, and null for what is not given', async (ssh2, transcript) => {
    const { host, port, username, privateKey, hostVerifier } = toSshd()
    const nothing = { password: null, agent: null, sock: null, algorithms: null, authHandler: null, debug: null, timeout: null, localAddress: null, keepaliveInterval: null, readyTimeout: null } as never as ConnectConfig
    const client = await connected(ssh2, { ...nothing, hostname: host, user: username, port, privateKey, hostVerifier } as ConnectConfig)
    transcript.note('ready')
    await ended(client)
  })

  same('localAddress and localPort are those of the socket', async (ssh2, transcript) => {
    const server = createServer((socket) => { transcript.note(socket.remoteAddress, socket.remotePort === localPort); socket.destroy() })
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    const localPort = await freePort()
    const client = new ssh2.Client()
    client.on('error', () => {})
    const closed = event(client, 'close')
    client.connect({ ...toSshd(), port: (server.address() as AddressInfo).port, localAddress: '127.0.0.2', localPort })
    await closed
    server.close()
  })

  test('the configuration is not changed', async () => {
    const config = Object.freeze({ ...toSshd(), algorithms: Object.freeze({ cipher: Object.freeze(['aes256-ctr']) }) }) as unknown as ConnectConfig
    const before = String(config.privateKey)
    await ended(await connected(OURS, config))
    expect(String(config.privateKey)).toBe(before)
  })

  same('the key as ssh2 tells it to the verifier', async (ssh2, transcript) => {
    const sha = createHash('sha256').update(Buffer.from(sshd.hostKeys[0]!.publicKey.split(' ')[1]!, 'base64')).digest('hex')
    for (const [hostHash, verifier] of [
      [undefined, (given: Buffer) => Buffer.isBuffer(given)], ['sha256', (given: string) => given === sha], ['nothing', (given: Buffer) => Buffer.isBuffer(given)],
      [undefined, (_given: Buffer, verify: (valid: boolean) => void) => { setTimeout(verify, 10, true) }], [undefined, () => 'yes'],
    ] as const) {
      const client = await connected(ssh2, { ...toSshd(), hostHash, hostVerifier: verifier, algorithms: { serverHostKey: ['ssh-ed25519'] } } as ConnectConfig)
      transcript.note(hostHash, 'ready')
      await ended(client)
    }
  })

  test('a verifier that returns a promise is awaited', async () => {
    for (const [verdict, how] of [[true, 'ready'], [false, 'Host denied (verification failed)']] as const) {
      const client = new OURS.Client()
      const told = Promise.race([event(client, 'ready').then(() => 'ready'), event(client, 'error').then(([error]) => (error as Error).message)])
      client.connect({ ...toSshd(), hostVerifier: (async () => verdict) as never })
      expect(await told).toBe(how)
      client.destroy()
    }
  })

  same('a socket that is still connecting, and one that is connected', async (ssh2, transcript) => {
    for (const wait of [false, true]) {
      const sock = connectTcp(sshd.port, sshd.host)
      if (wait) await event(sock, 'connect')
      const client = await connected(ssh2, { ...toSshd(), sock })
      transcript.note((client as unknown as { _sock: Duplex })._sock === sock, (client as unknown as { config: ConnectConfig }).config.username === sshd.user)
      await ended(client)
    }
  })

  same('an exact list, changes of the list, and names that are none', async (ssh2, transcript) => {
    const negotiated = async (algorithms: object) => {
      const client = new ssh2.Client()
      const told = event(client, 'handshake')
      client.on('error', (error) => transcript.note(error))
      const ready = event(client, 'ready')
      client.connect({ ...toSshd(), algorithms })
      const [{ kex, cs, sc, serverHostKey }] = await told as [{ kex: string, serverHostKey: string, cs: object, sc: object }]
      transcript.note(kex, serverHostKey, cs, sc)
      await ready
      await ended(client)
    }
    await negotiated({ kex: ['ecdh-sha2-nistp256'], serverHostKey: ['ecdsa-sha2-nistp256'], cipher: ['aes128-gcm@openssh.com'], hmac: ['hmac-sha2-256'] })
    await negotiated({ kex: ['curve25519-sha256'], serverHostKey: ['ssh-ed25519'], cipher: ['aes192-ctr'], hmac: ['hmac-sha2-512-etm@openssh.com'] })
    await negotiated({ kex: { remove: /^(?!ecdh-sha2-nistp384$)/ }, serverHostKey: { remove: [/ed25519/, /rsa/, /nistp(384|521)/] }, cipher: { remove: [/^(?!aes256-ctr$)/] }, hmac: { remove: /^(?!hmac-sha2-512$)/ } })
    for (const algorithms of [{ kex: ['rot13'] }, { cipher: { append: 'rot13' } }, { hmac: { prepend: ['hmac-rot13'] } }, { serverHostKey: ['ssh-rot13'] }, { compress: ['rot13'] }]) {
      try {
        new ssh2.Client().connect({ ...toSshd(), algorithms } as ConnectConfig)
      } catch (error) {
        transcript.note(error)
      }
    }
  })

  for (const [option, names, what] of [['kex', ['diffie-hellman-group1-sha1'], 'key exchange algorithm'], ['serverHostKey', ['ssh-rsa'], 'host key format'], ['cipher', ['aes128-cbc'], 'C->S cipher']] as const) {
    same(`nothing in common: ${what}`, async (ssh2, transcript) => {
      const client = new ssh2.Client()
      transcript.follow(client, 'client', ['close'])
      // npm ssh2 may tell a second one, of the socket that OpenSSH resets.
      client.once('error', (error) => transcript.note(error)).on('error', () => {})
      const closed = event(client, 'close')
      client.connect({ ...toSshd(), algorithms: { [option]: [...names] } } as ConnectConfig)
      await closed
    })
  }

  test('where nothing matches the error says which name to append', async () => {
    const server = await startOwnServer(() => {}, { algorithms: { kex: ['diffie-hellman-group14-sha1'] } })
    const client = new OURS.Client()
    const told = event(client, 'error')
    client.connect(server.to)
    expect(String((await told)[0])).toMatch(/kex: \{ append: \['diffie-hellman-group14-sha1'\] \}/)
    await server.stop()
  })

  test('the default offer has no SHA-1 and no CBC, and ML-KEM comes first', async () => {
    const offer = await new Promise<string>((resolve) => {
      const server = createServer((socket) => {
        socket.write('SSH-2.0-listening\r\n')
        let text = ''
        socket.on('error', () => {}).on('data', (data) => {
          text += data.toString('latin1')
          if (text.length < 600) return
          resolve(text)
          socket.destroy()
          server.close()
        })
      }).listen(0, '127.0.0.1', () => { new OURS.Client().on('error', () => {}).connect({ ...toSshd(), port: (server.address() as AddressInfo).port }) })
    })
    expect(offer).not.toMatch(/sha1\b|-cbc|ssh-rsa(?!-cert)|md5|arcfour/)
    expect(offer.indexOf('mlkem768x25519-sha256')).toBeLessThan(offer.indexOf('curve25519'))
    expect(offer).toContain('mlkem768x25519-sha256')
  })

  same('an address family, where the name has none of it', async (ssh2, transcript) => {
    const client = new ssh2.Client()
    client.on('error', (error) => transcript.note(error.level))
    const closed = event(client, 'close')
    client.connect({ ...toSshd(), host: 'no.such.host.invalid', forceIPv4: true })
    await Promise.race([closed, new Promise((resolve) => { client.once('error', () => setTimeout(resolve, 50)) })])
    client.destroy()
  })

  test('bad keys are refused at once, in the words that packages look for', () => {
    const encrypted = OURS.utils.generateKeyPairSync('ed25519', { passphrase: 'x', cipher: 'aes256-ctr', rounds: 2 } as never).private
    const words: [Partial<ConnectConfig>, RegExp][] = [
      [{ privateKey: 'nonsense' }, /^Cannot parse privateKey: Unsupported key format/], [{ privateKey: encrypted }, /^Cannot parse privateKey: .*no passphrase given/],
      [{ privateKey: encrypted, passphrase: 'y' }, /^Cannot parse privateKey: .*bad passphrase\?/], [{ username: 5 as never }, /^Invalid username$/], [{ agentForward: true }, /^You must set a valid agent path/],
    ]
    for (const [config, message] of words) expect(() => new OURS.Client().connect({ ...toSshd(), ...config })).toThrow(message)
    expect(() => new OURS.Client().on('error', () => {}).connect({ ...toSshd(), username: '' }).destroy()).not.toThrow()
  })

  test('debug gets text, and never a secret', async () => {
    const texts: unknown[] = []
    const client = new OURS.Client().on('error', () => {})
    const ready = event(client, 'ready')
    client.connect({ host: peer.host, port: peer.port, username: 'tester', password: 'right', hostVerifier: () => true, debug: (...given) => texts.push(...given) })
    await ready
    await ended(client)
    expect(texts.length).toBeGreaterThan(2)
    expect(texts.every((text) => typeof text === 'string' && !text.includes('right'))).toBe(true)
  })

  same('ident is what the server hears', async (ssh2, transcript) => {
    const heard: string[] = []
    const server = createServer((socket) => { socket.on('data', (data) => { heard.push(data.toString('latin1').split('\r\n')[0]!); socket.destroy() }).on('error', () => {}); socket.write('SSH-2.0-x\r\n') })
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    const client = new ssh2.Client().on('error', () => {})
    const closed = event(client, 'close')
    client.connect({ ...toSshd(), port: (server.address() as AddressInfo).port, ident: 'my-program' })
    await closed
    transcript.note(heard[0])
    server.close()
  })
})
