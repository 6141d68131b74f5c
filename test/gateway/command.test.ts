import { execFile } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startPeer, type Peer } from '../support/process.ts'
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts'
import { open, Reader } from './client.ts'
import { rawClient, tcpTarget, type TcpTarget, TOKEN } from './rig.ts'

const PROGRAM = ['--import', './scripts/run/typescript.mjs', 'packages/gateway/src/cli/cli.ts']
const run = (args: readonly string[], environment: Record<string, string> = {}) => new Promise<{ code: number, out: string, err: string }>((resolve) => {
  const child = execFile(process.execPath, [...PROGRAM, ...args], { env: { ...process.env, ...environment } }, (_error, out, err) => resolve({ code: child.exitCode ?? -1, out, err }))
})

describe('libssh2-wasm-gateway', () => {
  let folder: TemporaryDirectory
  let target: TcpTarget
  let peer: Peer | undefined
  beforeAll(async () => {
    folder = temporaryDirectory('gateway-command')
    writeFileSync(folder.file('token'), `${TOKEN}\n`)
    target = await tcpTarget((socket) => void socket.pipe(socket))
  })
  afterEach(async () => {
    await peer?.stop()
    peer = undefined
  })
  afterAll(async () => {
    await target.close()
    folder.remove()
  })
  const serve = async (args: readonly string[]) => {
    peer = await startPeer(process.execPath, [...PROGRAM, 'serve', '--port', '0', ...args])
    await peer.logged(/listening on \S+/, 30_000)
    return /listening on (\S+);/.exec(peer.log())?.[1] as string
  }

  test('what a person does wrong is told in one line, with exit code 2 and without secrets', async () => {
    writeFileSync(folder.file('broken.json'), '{ "allow": ')
    writeFileSync(folder.file('unknown.json'), '{ "alow": [] }')
    writeFileSync(folder.file('kinds.json'), '{ "allow": "ssh.example.org:22" }')
    writeFileSync(folder.file('secrets'), '{ "alice": "a secret that must not be shown }')
    const token = ['--token-file', folder.file('token')]
    const wrong: [args: string[], word: RegExp, environment?: Record<string, string>][] = [
      [['serve'], /nothing is allowed/], [['serve', '--allow', 'a:22'], /nobody may connect/], [['serve', '--allow', 'nonsense', ...token], /not a rule/], [['serve', '--alow', 'a:22'], /alow/],
      [['serve', '--allow', 'a:22', '--port', 'x', ...token], /whole number/], [['serve', '--allow', 'a:22', '--token-file', '/nowhere'], /ENOENT/], [['serve', '--config', folder.file('broken.json')], /not JSON/],
      [['serve', '--config', folder.file('unknown.json')], /no setting alow/], [['serve', '--config', folder.file('kinds.json')], /list of strings/], [['serve', '--allow', 'a:22', '--token-file', folder.file('secrets')], /begins like JSON/],
      [['serve', '--allow', 'a:22', ...token, '--oidc-issuer', 'https://x', '--oidc-audience', 'a'], /two ways/], [['serve', '--allow', 'a:22', ...token, '--tls-cert', folder.file('token')], /go together/],
      [['serve', '--allow', 'a:22', ...token, '--proxy-protocol'], /--behind-proxy/], [['serve', '--allow', 'a:22', ...token], /GATEWAY_PORT/, { GATEWAY_PORT: 'http' }], [['serve', '--allow', 'a:22', ...token, '--node-url', 'http://x'], /wss/],
      [['other'], /other is not a command: use serve, ticket or check/], [['ticket'], /needs --key/], [['check', '--allow', 'a:22', '--ticket-keys', folder.file('token'), '--ticket-audience', 'x'], /not a JWK set/],
    ]
    // A process each: a few at once.
    for (let at = 0; at < wrong.length; at += 3) {
      await Promise.all(wrong.slice(at, at + 3).map(async ([args, word, environment]) => {
        const { code, out, err } = await run(args, environment)
        expect([code, out, err.trim().split('\n').length], `${args.join(' ')}: ${err}`).toEqual([2, '', 1])
        expect(err).toMatch(word)
        expect(err).not.toContain('secret that')
      }))
    }
  }, 60_000)

  test('a ticket from the shell to a session: keys, check, serve', async () => {
    const made = await run(['ticket', '--new-key', folder.file('key.json')])
    expect(made.code).toBe(0)
    expect(statSync(folder.file('key.json')).mode & 0o777).toBe(0o600)
    expect(made.out).not.toContain((JSON.parse(readFileSync(folder.file('key.json'), 'utf8')) as { d: string }).d)
    writeFileSync(folder.file('keys.json'), made.out)
    expect((await run(['ticket', '--new-key', folder.file('key.json')])).code).toBe(2)
    const settings = ['--allow', `127.0.0.1:${target.port}`, '--allow', '127.0.0.1:1', '--ticket-keys', folder.file('keys.json'), '--ticket-audience', 'gw.example']
    const ticket = async () => (await run(['ticket', '--key', folder.file('key.json'), '--audience', 'gw.example', '--user', 'alice', '--target', `127.0.0.1:${target.port}`])).out.trim()
    writeFileSync(folder.file('ticket'), await ticket())
    const { out } = await run(['check', ...settings, '--ticket-file', folder.file('ticket'), `127.0.0.1:${target.port}`, '127.0.0.1:1', 'nonsense'])
    expect(out.split('\n').slice(0, 5)).toEqual(['the configuration is valid: 2 rules', `the ticket is alice's, for 127.0.0.1:${target.port}`, `127.0.0.1:${target.port}: may be reached`, '127.0.0.1:1: 127.0.0.1:1 is not on the list', 'nonsense: not HOST:PORT'])
    expect((await run(['check', '--allow', '127.0.0.1:1', '--ticket-keys', folder.file('keys.json'), '--ticket-audience', 'gw.example'])).out).toBe('the configuration is valid: 1 rule\n')
    const url = await serve(settings)
    const { transport } = await open(url, target.port, { ticket })
    const writer = transport.writable.getWriter()
    await writer.write(Buffer.from('hello'))
    await new Reader(transport).until('hello')
    await expect(open(url, 1, { ticket })).rejects.toMatchObject({ closeCode: 4403 })
    await transport.close()
    await peer?.logged(/"event":"close".*"user":"alice"/)
  }, 60_000)

  test('SIGHUP reads everything again; what is no good leaves all as it was; SIGTERM drains', async () => {
    const file = folder.file('gateway.json')
    const configure = (value: object) => writeFileSync(file, JSON.stringify({ allow: [`127.0.0.1:${target.port}`], tokenFile: folder.file('token'), ...value }))
    configure({})
    const url = await serve(['--config', file])
    const path = `/tcp/127.0.0.1/${target.port}`
    writeFileSync(folder.file('token'), 'another token for tests')
    process.kill(peer?.pid as number, 'SIGHUP')
    await peer?.logged(/^reloaded/m)
    expect((await rawClient({ url }, path).ended).code).toBe(4401)
    configure({ allow: ['nonsense'] })
    process.kill(peer?.pid as number, 'SIGHUP')
    await peer?.logged(/not reloaded, the old settings stay: not a rule/)
    const { transport, events } = await open(url, target.port, { ticket: 'another token for tests' })
    process.kill(peer?.pid as number, 'SIGTERM')
    await expect.poll(async () => {
      const client = rawClient({ url }, path, { token: 'another token for tests' })
      // The gateway may see this client before the signal: then it stays until it leaves.
      client.opened.then(() => setTimeout(() => client.socket.close(), 500), () => {})
      return (await client.ended).code
    }, { timeout: 30_000 }).toBe(1001)
    expect(events).toEqual([])
    await transport.close()
    await peer?.logged(/"event":"close"/)
    writeFileSync(folder.file('token'), TOKEN)
  }, 60_000)
})
