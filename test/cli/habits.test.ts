import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { demoHost, PROGRAM, run } from './program.ts'

const host = demoHost('habits')
const demo = (...args: string[]) => run(['-F', host.config, ...args])

describe('UpdateHostKeys', () => {
  const knownWith = (name: string, lines: readonly string[]) => {
    const file = host.files.file(name)
    writeFileSync(file, lines.map((key) => `[127.0.0.1]:${host.server.port} ${key}\n`).join(''))
    return file
  }

  test('learns the keys that a known server announces, before a short command has ended the connection', async () => {
    const [first] = host.server.hostKeys, file = knownWith('rotation', [first!.publicKey])
    expect(await demo('-o', `UserKnownHostsFile=${file}`, '-o', 'UpdateHostKeys=yes', 'demo', 'true')).toMatchObject({ code: 0 })
    expect(readFileSync(file, 'utf8').trim().split('\n').length).toBe(host.server.hostKeys.length)
  })

  test('leaves them with no, with a named file, and where nobody can be asked', async () => {
    const [first] = host.server.hostKeys
    for (const options of [['-o', 'UpdateHostKeys=no'], [], ['-o', 'UpdateHostKeys=ask', '-o', 'BatchMode=yes']]) {
      const file = knownWith('kept', [first!.publicKey]), before = readFileSync(file, 'utf8')
      expect(await demo('-o', `UserKnownHostsFile=${file}`, ...options, 'demo', 'true')).toMatchObject({ code: 0 })
      expect(readFileSync(file, 'utf8')).toBe(before)
    }
  })
})

test('KnownHostsCommand gets the key that the server presents', async () => {
  const command = host.files.file('known-hosts-command'), log = host.files.file('asked')
  writeFileSync(command, `#!/bin/sh\necho "$@" >> ${log}\ncat ${host.files.file('known_hosts')}\n`)
  chmodSync(command, 0o755)
  expect(await demo('-o', 'UserKnownHostsFile=none', '-o', `KnownHostsCommand=${command} %I %t %K`, 'demo', 'true')).toMatchObject({ code: 0 })
  const asked = readFileSync(log, 'utf8').trim().split('\n')
  expect(asked[0]).toBe('ORDER NONE NONE')
  expect(host.server.hostKeys.map(({ publicKey }) => `HOSTNAME ${publicKey.split(' ').slice(0, 2).join(' ')}`)).toContain(asked.at(-1))
})

test('a ProxyCommand has pipes, not sockets: bash does not read ~/.bashrc', async () => {
  const script = host.files.file('proxy')
  writeFileSync(script, `test -p /dev/stdin && test -p /dev/stdout && exec ${process.execPath} ${PROGRAM} -F ${host.config} -W 127.0.0.1:${host.server.port} demo\n`)
  const { code, stdout } = await demo('-o', `ProxyCommand=sh ${script}`, 'demo', 'echo through')
  expect([code, stdout]).toEqual([0, 'through\n'])
})

test('ends when nobody reads its output any more, although the command is silent', async () => {
  const child = spawn(process.execPath, [PROGRAM, '-F', host.config, 'demo', 'echo first; read line; echo more; exec sleep 600'], { stdio: ['pipe', 'pipe', 'ignore'] })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  child.stdout.destroy()
  child.stdin.write('go on\n')
  const code = await new Promise((resolve) => child.once('exit', resolve))
  expect(code).toBe(255)
})

test('a socket for input and output whose other end goes, with output unread, is the end of the input', async () => {
  const program = 'import socket, subprocess, sys; here, there = socket.socketpair(); child = subprocess.Popen(sys.argv[1:], stdin=there, stdout=there); there.close(); here.recv(1, socket.MSG_PEEK); here.close(); sys.exit(child.wait())'
  const child = spawn('python3', ['-c', program, process.execPath, PROGRAM, '-F', host.config, 'demo', 'echo unread; cat; exit 3'], { stdio: 'ignore' })
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(3)
})

test('-Q names types of keys as ssh does: signatures of RSA are not among them', async () => {
  const { stdout } = await run(['-Q', 'key'])
  const types = execFileSync('ssh', ['-Q', 'key'], { encoding: 'utf8' }).split('\n')
  expect(stdout.trim().split('\n').filter((name) => !types.includes(name) && !name.includes('mldsa'))).toEqual([])
  expect(stdout).not.toMatch(/rsa-sha2/)
})

describe('what programs look for in the messages of ssh', () => {
  test('a name without an address, a place where nothing listens, and with -q nothing', async () => {
    expect(await run(['-F', 'none', '-p', '1', '127.0.0.1', 'true'])).toEqual({ code: 255, stdout: '', stderr: 'ssh: connect to host 127.0.0.1 port 1: Connection refused\r\n' })
    expect(await run(['-F', 'none', '-p', '1', '-q', '127.0.0.1', 'true'])).toEqual({ code: 255, stdout: '', stderr: '' })
    expect((await run(['-F', 'none', 'name.invalid', 'true'])).stderr).toMatch(/^ssh: Could not resolve hostname name\.invalid: \w.*\r\n$/)
    expect((await run(['-F', 'none', '-p', '1', '-6', '::1', 'true'])).stderr).toMatch(/^ssh: connect to host ::1 port 1: \w.*\r\n$/)
  })

  test('no login, an unknown host, no common algorithm', async () => {
    const { user, port } = host.server
    expect((await demo('-o', 'PubkeyAuthentication=no', 'demo', 'true')).stderr).toBe(`${user}@127.0.0.1: Permission denied (publickey).\r\n`)
    expect((await demo('-v', '-o', 'PubkeyAuthentication=no', 'demo', 'true')).stderr).toMatch(/debug1: .*authentication failed/)
    expect((await demo('-o', 'UserKnownHostsFile=none', 'demo', 'true')).stderr).toMatch(/\nHost key verification failed\.\r\n$/)
    expect((await demo('-o', 'KexAlgorithms=diffie-hellman-group1-sha1', 'demo', 'true')).stderr).toMatch(new RegExp(`^Unable to negotiate with 127\\.0\\.0\\.1 port ${port}: no matching key exchange method found\\. Their offer: [^ ]+,curve25519-sha256,[^ ]+\\r\\n$`))
    expect((await demo('-q', '-o', 'PubkeyAuthentication=no', 'demo', 'true')).stderr).toBe('')
    expect((await demo('-q', '-o', 'Nonsense=1', 'demo', 'true')).stderr).toMatch(/nonsense/)
  })

  test('with -tt the end of the connection, also after a command', async () => {
    expect(await demo('-tt', 'demo', 'echo in a terminal')).toEqual({ code: 0, stdout: 'in a terminal\r\n', stderr: 'Connection to 127.0.0.1 closed.\r\n' })
  })

  test('no word about listeners, however slowly its output is read', async () => {
    const { code, stdout, stderr } = await demo('demo', 'head -c 8000000 /dev/zero | tr \'\\0\' x')
    expect([code, stdout.length, stderr]).toEqual([0, 8_000_000, ''])
  })
})
