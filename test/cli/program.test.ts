import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/port.ts'
import { demoHost, run } from './program.ts'

const host = demoHost('cli')

const demo = (...args: string[]) => run(['-F', host.config, ...args])

describe('the program', () => {
  test('passes output, errors and the exit code through', async () => {
    expect(await demo('demo', 'echo out; echo err >&2; exit 5')).toEqual({ code: 5, stdout: 'out\n', stderr: 'err\n' })
  })

  test('sends its input, and EOF', async () => {
    expect((await run(['-F', host.config, 'demo', 'wc', '-c'], 'x'.repeat(300_000))).stdout.trim()).toBe('300000')
  })

  test('leaves the options of the remote command alone', async () => {
    expect((await demo('demo', 'echo', '-n', 'two words')).stdout).toBe('two words')
  })

  test('knows the verbs exec and shell', async () => {
    expect(await run(['exec', '-F', host.config, 'demo', 'echo', 'done'])).toMatchObject({ code: 0, stdout: 'done\n' })
    expect(await run(['shell', '-F', host.config, 'demo'], 'echo from a shell; exit 3\n')).toMatchObject({ code: 3, stdout: expect.stringContaining('from a shell') })
    expect(await run(['exec', '-F', host.config, 'demo'])).toMatchObject({ code: 255, stderr: expect.stringContaining('exec needs a command') })
  })

  test('ends with 255 for a signal, and for a connection that fails', async () => {
    expect((await demo('demo', 'kill -TERM $$')).code).toBe(255)
    const refused = await demo('-p', String(await freePort()), 'demo', 'true')
    expect(refused.code).toBe(255)
    expect(refused.stderr).toMatch(/^ssh: connect to host 127\.0\.0\.1 port \d+: Connection refused\r\n$/)
  })

  test('goes through two jump hosts', async () => {
    expect(await demo('-J', 'demo,demo', 'demo', 'echo far')).toMatchObject({ code: 0, stdout: 'far\n' })
  })

  test('refuses an unknown host where nobody can be asked', async () => {
    const { code, stderr } = await demo('-o', `UserKnownHostsFile=${host.files.file('none')}`, 'demo', 'true')
    expect(code).toBe(255)
    expect(stderr).toMatch(/SHA256:/)
  })

  test('warns of a changed host key and says what to do', async () => {
    const other = host.files.file('changed')
    writeFileSync(other, `[127.0.0.1]:${host.server.port} ${host.server.keys.ed25519.publicKey}\n`)
    const { code, stderr } = await demo('-o', `UserKnownHostsFile=${other}`, 'demo', 'true')
    expect(code).toBe(255)
    expect(stderr).toMatch(/ssh-keygen -R/)
  })

  test('explains a wrong command line', async () => {
    expect(await demo()).toMatchObject({ code: 255, stderr: expect.stringContaining('usage:') })
    expect(await run(['--nonsense', 'demo'])).toMatchObject({ code: 255, stderr: expect.stringContaining('usage:') })
    expect((await run(['--version'])).stdout).toMatch(/^libssh2-wasm \d+\.\d+\.\d+\n$/)
  })

  test('puts a file there and gets it back', async () => {
    const data = crypto.getRandomValues(new Uint8Array(60_000))
    writeFileSync(host.files.file('sent'), data)
    expect(await run(['put', '-F', host.config, host.files.file('sent'), `demo:${host.files.file('remote')}`])).toMatchObject({ code: 0 })
    expect(await run(['get', '-F', host.config, `demo:${host.files.file('remote')}`, host.files.file('received')])).toMatchObject({ code: 0 })
    expect(readFileSync(host.files.file('received')).equals(data)).toBe(true)
    const missing = await run(['get', '-F', host.config, `demo:${host.files.file('missing')}`, host.files.file('x')])
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringMatching(/missing.*(NO_SUCH_FILE|No such file)/i) })
  })

  test('forwards a local port', async () => {
    const web = createServer((_request, response) => response.end('from behind'))
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    const { port: target } = web.address() as { port: number }
    const port = await freePort()
    const running = demo('-L', `${port}:127.0.0.1:${target}`, 'demo', `for i in 1 2 3 4 5 6 7 8 9; do sleep 0.3; [ -e ${host.files.file('done')} ] && exit; done`)
    const answer = await eventually(async () => (await fetch(`http://127.0.0.1:${port}/`)).text())
    writeFileSync(host.files.file('done'), '')
    await running
    web.close()
    expect(answer).toBe('from behind')
  })
})
