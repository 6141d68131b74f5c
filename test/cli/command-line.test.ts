import { createServer, connect } from 'node:net'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/port.ts'
import { demoHost, run } from './program.ts'

const host = demoHost('cli-line')

const demo = (...args: string[]) => run(['-F', host.config, ...args])

describe('the command line, as ssh reads it', () => {
  test('options behind the host are options until the command begins', async () => {
    const wrong = await demo('demo', '-p', String(await freePort()), 'echo', 'here')
    expect(wrong).toMatchObject({ code: 255, stdout: '' })
    expect(await demo('demo', '-nT', 'echo', '-p', '1')).toMatchObject({ code: 0, stdout: '-p 1\n' })
  })

  test('-- is not sent, grouped options are options, an empty command is the shell', async () => {
    expect(await demo('demo', '--', 'echo', 'dash')).toMatchObject({ code: 0, stdout: 'dash\n' })
    expect(await run(['-nqF', host.config, 'demo', 'echo group'])).toEqual({ code: 0, stdout: 'group\n', stderr: '' })
    expect(await run(['-TF', host.config, 'demo', ''], 'echo from a shell\nexit 4\n')).toMatchObject({ code: 4, stdout: 'from a shell\n' })
  })

  test('the verbs ssh and -G, -Q, -V', async () => {
    expect(await run(['ssh', '-F', host.config, 'demo', 'echo verb'])).toMatchObject({ code: 0, stdout: 'verb\n' })
    expect((await demo('-G', 'demo')).stdout).toContain(`\nport ${host.server.port}\n`)
    expect((await run(['-Q', 'cipher'])).stdout).toContain('aes256-gcm@openssh.com\n')
    expect((await run(['-V'])).stderr).toMatch(/^libssh2-wasm /)
  })

  test('unknown keywords are errors, as in ssh, unless IgnoreUnknown names them', async () => {
    expect(await demo('-o', 'Nonsense=1', 'demo', 'true')).toMatchObject({ code: 255, stderr: expect.stringContaining('nonsense') })
    expect(await demo('-o', 'IgnoreUnknown=Non*', '-o', 'Nonsense=1', 'demo', 'true')).toMatchObject({ code: 0 })
  })

  test('-q and LogLevel silence messages, -E sends them to a file, -v tells more', async () => {
    const taken = host.server.port
    const forward = ['-L', `127.0.0.1:${taken}:h:1`]
    expect((await demo(...forward, 'demo', 'true')).stderr).toMatch(/Could not request local forwarding/)
    expect(await demo('-q', ...forward, 'demo', 'true')).toMatchObject({ code: 0, stderr: '' })
    const log = host.files.file('log')
    expect(await demo('-E', log, '-v', 'demo', 'true')).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(log, 'utf8')).toMatch(/debug1: Offering public key/)
  })

  test('a forwarding that cannot be opened ends the connection with ExitOnForwardFailure', async () => {
    expect(await demo('-o', 'ExitOnForwardFailure=yes', '-L', `127.0.0.1:${host.server.port}:h:1`, 'demo', 'echo ran')).toMatchObject({ code: 255, stdout: '' })
  })

  test('-W joins standard input and output to a place', async () => {
    const target = createServer((socket) => socket.end('from the place'))
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve))
    expect(await demo('-W', `127.0.0.1:${(target.address() as { port: number }).port}`, 'demo')).toMatchObject({ code: 0, stdout: 'from the place' })
    target.close()
  })

  test('ProxyCommand and restrictions are honoured', async () => {
    const program = `'${process.execPath}' '${new URL('../../dist/libssh2-wasm.js', import.meta.url).pathname}' -F '${host.config}' -W %h:%p demo`
    expect(await demo('-o', `ProxyCommand=${program}`, 'demo', 'echo through')).toMatchObject({ code: 0, stdout: 'through\n' })
    expect(await demo('-o', 'PubkeyAuthentication=no', 'demo', 'true')).toMatchObject({ code: 255, stderr: expect.stringContaining('Permission denied') })
    expect(await demo('-o', 'PreferredAuthentications=password', 'demo', 'true')).toMatchObject({ code: 255 })
    expect(await demo('-o', 'ProxyUseFdpass=yes', '-o', 'ProxyCommand=nc %h %p', 'demo', 'true')).toMatchObject({ code: 255, stderr: expect.stringContaining('ProxyUseFdpass') })
    expect(await demo('-o', 'Tunnel=yes', 'demo', 'true')).toMatchObject({ code: 255 })
    writeFileSync(host.files.file('revoked'), host.server.hostKeys.map(({ publicKey }) => `${publicKey}\n`).join(''))
    expect(await demo('-o', `RevokedHostKeys=${host.files.file('revoked')}`, 'demo', 'true')).toMatchObject({ code: 255, stderr: expect.stringContaining('revoked') })
    expect(await demo('-o', `RevokedHostKeys=${host.files.file('not-there')}`, 'demo', 'true')).toMatchObject({ code: 255, stderr: expect.stringContaining('cannot be read') })
  })

  test('names of algorithms that are not here are left out; only an empty list is an error', async () => {
    expect(await demo('-c', 'blowfish-cbc,aes128-ctr', 'demo', 'echo in')).toMatchObject({ code: 0, stdout: 'in\n' })
    expect(await demo('-m', 'umac-64@openssh.com', '-c', 'aes128-ctr', 'demo', 'true')).toMatchObject({ code: 255, stderr: expect.stringContaining('umac-64') })
    expect(await demo('-c', 'nonsense', 'demo', 'true')).toMatchObject({ code: 255 })
  })

  test('a connection through -L outlives the command', async () => {
    const size = 300_000
    // The command ends when the connection is there, and what it asks for comes later.
    const target = createServer((socket) => {
      socket.on('data', () => {
        writeFileSync(host.files.file('asked'), '')
        setTimeout(() => socket.end(Buffer.alloc(size, 'x')), 1500)
      })
    })
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve))
    const port = await freePort()
    const running = demo('-L', `${port}:127.0.0.1:${(target.address() as { port: number }).port}`, 'demo', `while ! [ -e ${host.files.file('asked')} ]; do sleep 0.1; done`)
    const received = await eventually(() => new Promise<number>((resolve, reject) => {
      let count = 0
      const socket = connect(port, '127.0.0.1', () => socket.write('go'))
      socket.on('data', (chunk) => { count += chunk.length })
      socket.once('error', reject).once('end', () => resolve(count))
    }))
    expect(await running).toMatchObject({ code: 0 })
    expect(received).toBe(size)
    target.close()
  })
})
