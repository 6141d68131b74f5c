// Shared connections: our program and OpenSSH's ssh as master and as user of a master, in all four combinations that are possible.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, lstatSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { freePort } from '../support/port.ts'
import { type Ended, demoHost, PROGRAM, run } from './program.ts'

const OURS = [process.execPath, PROGRAM, 'ssh'] as const
const STOCK = ['/usr/bin/ssh'] as const
/** Each master, and the programs that ask it. */
const MASTERS = { 'our': [OURS, [OURS, STOCK]], 'OpenSSH\'s': [STOCK, [OURS]] } as const

describe('a shared connection', { timeout: 120_000 }, () => {
  const host = demoHost('cli-control')
  /** The sockets of the masters that this test has started. */
  const begun: string[] = []
  let number = 0

  /** Runs one of the two programs to its end. */
  function ssh([file, ...first]: readonly string[], args: readonly string[], stdin: string | Uint8Array = ''): Promise<Ended> {
    const child = spawn('setsid', ['--wait', file!, ...first, '-F', host.config, ...args], { env: { ...process.env, SSH_AUTH_SOCK: '' } })
    let stdout = '', stderr = ''
    child.stdout.on('data', (text: Buffer) => { stdout += text.toString('latin1') })
    child.stderr.on('data', (text: Buffer) => { stderr += text.toString() })
    child.stdin.on('error', () => {})
    child.stdin.end(stdin)
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })))
  }

  /** A master without a session of its own, which is there when this resolves. @returns the path of its socket */
  async function master(program: readonly string[], ...more: readonly string[]): Promise<string> {
    const path = host.files.file(`control${++number}`)
    const started = await ssh(program, ['-f', '-N', '-M', '-S', path, ...more, 'demo'])
    expect(started).toEqual({ code: 0, stdout: '', stderr: '' })
    begun.push(path)
    return path
  }

  /** Until the socket is gone, which a master removes as it ends. */
  const gone = (path: string) => until(`the socket ${path} is gone`, () => !existsSync(path))

  afterEach(async () => {
    for (const path of begun.splice(0)) {
      if (existsSync(path)) await ssh(STOCK, ['-S', path, '-O', 'exit', 'demo'])
      await gone(path)
    }
  })

  // OpenSSH has this since 10.3; its own test of it is in `npm run test:openssh -- --suite newest`.
  test('-O conninfo tells of the connection of our master, and -O channels what uses it; an older master is said to be one', async () => {
    const path = await master(OURS, '-C', '-c', 'aes128-ctr', '-L', '7:127.0.0.1:9')
    const about = await ssh(OURS, ['-S', path, '-O', 'conninfo', 'demo'])
    expect(about).toMatchObject({ code: 0, stderr: '' })
    for (const line of [`-> 127.0.0.1:${host.server.port}\r\n`, '  cipher aes128-ctr\r\n', '  compression zlib@openssh.com\r\n', '    compressed in, out\r\n', '  duration 00:0']) expect(about.stdout).toContain(line)
    expect(about.stdout).toMatch(/ {2}versions libssh2 -> OpenSSH_/)
    expect(about.stdout).toMatch(/ {2}traffic [\d.]+KB in, [\d.]+KB out\r\n/)
    expect(await ssh(OURS, ['-S', path, '-O', 'channels', 'demo'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^The following connections are open:\r\n {2}.*7.*127\.0\.0\.1/) as string })
    const old = await master(STOCK)
    expect(await ssh(OURS, ['-S', old, '-O', 'conninfo', 'demo'])).toMatchObject({ code: 255, stderr: expect.stringContaining('OpenSSH does since 10.3') as string })
  })

  for (const [name, [program, users]] of Object.entries(MASTERS)) {
    test(`with ${name} master: command, exit status, stdin, both outputs, a terminal and -W`, async () => {
      const path = await master(program)
      const through = (args: readonly string[], stdin?: string | Uint8Array) => ssh(OURS, ['-S', path, '-o', 'BatchMode=yes', '-o', 'IdentityFile=none', '-o', 'PubkeyAuthentication=no', ...args], stdin)
      expect(await through(['demo', 'echo out; echo err >&2; exit 7'])).toEqual({ code: 7, stdout: 'out\n', stderr: 'err\n' })
      const data = Buffer.alloc(3_000_000, 'a line of text that is sent there and back\n')
      const there = await through(['demo', 'cat'], data)
      expect(there.code).toBe(0)
      expect(there.stdout === data.toString('latin1')).toBe(true)
      expect(await through(['demo', 'test -t 0 || echo none'])).toEqual({ code: 0, stdout: 'none\n', stderr: '' })
      expect((await through(['-tt', 'demo', 'tty'])).stdout).toMatch(/^\/dev\/pts\//)
      expect((await through(['demo', 'kill -TERM $$'])).code).toBe(255)
      const listening = createServer((socket) => socket.end('hello from there'))
      await new Promise<void>((resolve) => { listening.listen(0, '127.0.0.1', resolve) })
      const { port } = listening.address() as { port: number }
      expect(await through(['-W', `127.0.0.1:${port}`, 'demo'])).toEqual({ code: 0, stdout: 'hello from there', stderr: '' })
      listening.close()
    })

    test(`with ${name} master: -O check, forward, cancel and exit`, async () => {
      for (const asking of users) {
        const path = await master(program)
        expect(await ssh(asking, ['-S', path, '-O', 'check', 'demo'])).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Master running \(pid=\d+\)\r?\n$/) as string })
        const port = await freePort(), target = createServer((socket) => socket.end('reached'))
        await new Promise<void>((resolve) => { target.listen(0, '127.0.0.1', resolve) })
        const forward = `${port}:127.0.0.1:${(target.address() as { port: number }).port}`
        expect(await ssh(asking, ['-S', path, '-O', 'forward', '-L', forward, 'demo'])).toEqual({ code: 0, stdout: '', stderr: '' })
        expect(await ask(port)).toBe('reached')
        expect(await ssh(asking, ['-S', path, '-O', 'cancel', '-L', forward, 'demo'])).toEqual({ code: 0, stdout: '', stderr: '' })
        await expect(ask(port)).rejects.toThrow('ECONNREFUSED')
        const chosen = await ssh(asking, ['-S', path, '-O', 'forward', '-R', `0:${forward.slice(forward.indexOf(':') + 1)}`, 'demo'])
        expect(chosen).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\n$/) as string })
        expect(await ask(Number(chosen.stdout))).toBe('reached')
        target.close()
        expect(await ssh(asking, ['-S', path, '-O', 'exit', 'demo'])).toEqual({ code: 0, stdout: '', stderr: 'Exit request sent.\r\n' })
        await gone(path)
        expect(await ssh(asking, ['-S', path, '-O', 'check', 'demo'])).toMatchObject({ code: 255, stderr: expect.stringContaining('No such file or directory') as string })
      }
    })
  }

  test('OpenSSH\'s ssh uses our master with -O proxy, and without it makes a connection of its own', async () => {
    const path = await master(OURS)
    expect(await ssh(STOCK, ['-S', path, '-O', 'proxy', 'demo', 'cat; exit 5'], 'through\n')).toMatchObject({ code: 5, stdout: 'through\n' })
    expect(await ssh(STOCK, ['-S', path, 'demo', 'cat; exit 6'], 'own\n')).toMatchObject({ code: 6, stdout: 'own\n' })
    expect((await ssh(STOCK, ['-S', path, '-O', 'check', 'demo'])).code).toBe(0)
  })

  test('auto and ControlPersist: the first use starts a master, and the next ones share it', async () => {
    const path = host.files.file(`auto${++number}`)
    begun.push(path)
    const shared = ['-o', 'ControlMaster=auto', '-o', `ControlPath=${path}`, '-o', 'ControlPersist=yes']
    // The parent of what sshd runs is the process of the connection.
    const connection = async () => (await ssh(OURS, [...shared, 'demo', 'echo $PPID'])).stdout
    const first = await connection()
    expect(first).toMatch(/^\d+\n$/)
    const [second, third] = await Promise.all([connection(), connection()])
    expect(await ssh(OURS, ['-S', path, '-O', 'check', 'demo'])).toMatchObject({ code: 0 })
    expect([second, third]).toEqual([first, first])
  })

  test('ControlPersist with a time: the master ends when nobody has used it', async () => {
    const path = host.files.file(`auto${++number}`)
    expect(await ssh(OURS, ['-o', 'ControlMaster=auto', '-o', `ControlPath=${path}`, '-o', 'ControlPersist=1', 'demo', 'echo done'])).toMatchObject({ code: 0, stdout: 'done\n' })
    await gone(path)
  })

  test('many sessions at once are kept apart, and what is left when the master ends fails', async () => {
    const path = await master(OURS)
    const results = await Promise.all([1, 2, 3, 4, 5].map((code) => ssh(OURS, ['-S', path, 'demo', `cat; exit ${code}`], `input ${code}`)))
    expect(results.map(({ code, stdout }) => [code, stdout])).toEqual([1, 2, 3, 4, 5].map((code) => [code, `input ${code}`]))
    const started = host.files.file('started'), last = ssh(OURS, ['-S', path, 'demo', `touch ${started}; exec sleep 1000`])
    await until('the session has started', () => existsSync(started))
    await ssh(OURS, ['-S', path, '-O', 'exit', 'demo'])
    expect(await last).toMatchObject({ code: 255, stderr: expect.stringContaining('the shared connection has ended') as string })
  })

  test('-O stop: sessions go on, new ones have a connection of their own, and the master ends with the last', async () => {
    const path = await master(OURS)
    const [started, go] = [host.files.file('stop-started'), host.files.file('stop-go')]
    const session = ssh(OURS, ['-S', path, 'demo', `touch ${started}; while ! [ -e ${go} ]; do sleep 0.05; done; exit 9`])
    await until('the session has started', () => existsSync(started))
    const { stderr } = await ssh(OURS, ['-S', path, '-O', 'check', 'demo'])
    const pid = Number(/pid=(\d+)/.exec(stderr)![1])
    expect(await ssh(OURS, ['-S', path, '-O', 'stop', 'demo'])).toMatchObject({ code: 0, stderr: 'Stop listening request sent.\r\n' })
    expect(existsSync(path)).toBe(false)
    writeFileSync(go, '')
    expect((await session).code).toBe(9)
    await until('the master has ended', () => !isRunning(pid))
  })

  test('the socket is for its owner only, and nothing that stands at the path is followed or replaced', async () => {
    expect(lstatSync(await master(OURS)).mode & 0o777).toBe(0o600)
    const target = host.files.file('victim'), path = host.files.file('link')
    for (const make of [() => symlinkSync(target, path), () => writeFileSync(`${path}2`, 'text')]) make()
    for (const place of [path, `${path}2`]) {
      const { code, stdout, stderr } = await ssh(OURS, ['-M', '-S', place, 'demo', 'echo done'])
      expect([code, stdout]).toEqual([0, 'done\n'])
      expect(stderr).toMatch(/already exists, disabling multiplexing/)
    }
    expect(existsSync(target)).toBe(false)
    expect(lstatSync(path).isSymbolicLink()).toBe(true)
  })

  test('what is wrong with a control socket is said in a sentence', async () => {
    expect(await run(['ssh', '-F', host.config, '-O', 'check', 'demo'])).toMatchObject({ code: 255, stderr: expect.stringContaining('No ControlPath specified for "-O" command') as string })
    expect(await run(['ssh', '-F', host.config, '-O', 'nothing', 'demo'])).toMatchObject({ code: 255, stderr: expect.stringContaining('Invalid multiplex command.') as string })
    const long = host.files.file('x'.repeat(120))
    expect(await run(['ssh', '-F', host.config, '-M', '-S', long, 'demo', 'echo done'])).toMatchObject({ code: 0, stdout: 'done\n', stderr: expect.stringContaining('ControlPath too long') as string })
    const other = host.files.file('other'), server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await new Promise<void>((resolve) => { server.listen(other, resolve) })
    expect(await run(['ssh', '-F', host.config, '-S', other, '-O', 'check', 'demo'])).toMatchObject({ code: 255, stderr: expect.stringContaining('control socket') as string })
    expect(await run(['ssh', '-F', host.config, '-S', other, 'demo', 'echo done'])).toMatchObject({ code: 0, stdout: 'done\n' })
    server.close()
  })
})

/** Waits for what another process does. A minute is longer than any of it takes, on any machine. @throws an error that says what never came */
async function until(what: string, done: () => boolean): Promise<void> {
  for (const last = Date.now() + 60_000; !done();) {
    if (Date.now() > last) throw new Error(`after a minute it is not true that ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** All that is said at a port. */
const ask = (port: number) => new Promise<string>((resolve, reject) => {
  let text = ''
  connect(port, '127.0.0.1').on('data', (data: Buffer) => { text += data.toString() }).on('end', () => resolve(text)).on('error', reject)
})

function isRunning(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z')
  } catch {
    return false
  }
}
