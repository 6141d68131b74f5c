import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { execFile } from 'node:child_process'
import { afterAll, describe, expect, test } from 'vitest'
import { parseDestination } from '../../../src/openssh/destination.ts'
import { readSshConfig, type SshConfigRequest } from '../../../src/openssh/config/ssh-config.ts'
import { thisUser } from '../../../src/openssh/config/tokens.ts'
import { seededRandom } from '../../support/random.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { asSshG, sshG } from './ssh-g.ts'

const directory = temporaryDirectory('ssh-config')
afterAll(() => directory.remove())

const local = thisUser()
let files = 0

const variable = (name: string) => ['$', '{', name, '}'].join('')

function write(text: string, name = `config-${++files}`): string {
  writeFileSync(directory.file(name), text)
  return directory.file(name)
}

async function agrees(text: string, hosts: readonly string[] = ['h'], options: readonly string[] = []): Promise<void> {
  const file = write(text)
  for (const host of hosts) {
    const expected = sshG(['-F', file, ...options.flatMap((option) => ['-o', option]), host])
    let ours: string[] | undefined
    try {
      ours = asSshG(await readSshConfig({ host, file, options, local }))
    } catch (error) {
      expect(error).toMatchObject({ name: 'SSHError', code: 'ERR_SSH_CONFIG' })
    }
    expect(ours, `${host}\n${text}`).toEqual(expected)
  }
}

describe('agrees with ssh -G', () => {
  test('on defaults', () => agrees(''))

  test('on all keywords', () => agrees(`
    # comment
    HostName real.example   # comment
    Port 2222
    User "me too"
    IdentityFile ~/.ssh/a
    IdentityFile "/a b/c"
    IdentityFile ~/.ssh/a
    IdentitiesOnly yes
    IdentityAgent /tmp/agent
    CertificateFile ~/.ssh/a-cert.pub
    HostKeyAlias alias
    ProxyJump me@jump.example:22,[::1]:2200,last
    ProxyCommand never used
    UserKnownHostsFile ~/x "~/y z"
    GlobalKnownHostsFile /g
    StrictHostKeyChecking accept-new
    HashKnownHosts yes
    Compression yes
    ServerAliveInterval 1m30
    ServerAliveCountMax 7
    ConnectTimeout 1h
    BatchMode yes
    SendEnv LANG LC_*
    SendEnv FOO
    SetEnv A=b "C=d e"
    SetEnv F=ignored
    RequestTTY force
    RemoteCommand echo "a  b" # all of it
    ForwardAgent /tmp/sock
    LocalForward 8080 localhost:80
    LocalForward [::1]:8081 [::2]:80
    LocalForward /tmp/a /tmp/b
    LocalForward *:9 host:10
    RemoteForward 9090
    RemoteForward 0
    RemoteForward 9091 localhost:1
    RemoteForward host:9092 localhost:1
    DynamicForward 1080
    DynamicForward localhost:1081
    KexAlgorithms ^curve25519-sha256
    Ciphers -aes*,chacha20*
    Ciphers aes128-ctr
    MACs +hmac-md5
    HostKeyAlgorithms -ecdsa-*`.replace(',chacha20*', '')))

  test('on the first value', () => agrees('Port 1\nPort 2\nHost h\nUser a\nHost *\nUser b\nCompression yes\n', ['h', 'g']))

  test('on Host patterns', () => agrees(`
Host a b*
  User one
Host !c ?
  Port 3
Host *.example !x.example
  User two
Host !d
  Port 9
Host "e"
  User e
host=f
  user=f
Host H
  Port 8`, ['a', 'bb', 'c', 'd', 'e', 'f', 'x.example', 'y.example', 'h', 'H', 'Y.EXAMPLE']))

  test('on Match', () => agrees(`
Host nick
  HostName real.example
Match host real.*
  User matched
Match originalhost nick,!other
  Port 3
Match user matched host nick
  Compression yes
Match user nobody-at-all host *
  BatchMode yes
Match !user matched
  ServerAliveInterval 4
Match user ${local.name}
  ServerAliveCountMax 9
Match localuser ${local.name}
  HashKnownHosts yes
Match localuser nobody-at-all
  IdentitiesOnly yes
Match all
  ConnectTimeout 5
Match exec "true"
  SendEnv TRUE
Match exec false
  SendEnv FALSE
Match !exec "test %h = h"
  SendEnv NOT_H
Match host=real.example user="matched"
  SendEnv EQUALS`, ['nick', 'other', 'h', 'REAL.example']))

  test('on the final pass', () => agrees(`
Match final host real.example
  User finally
Match canonical
  Port 7
Host nick
  HostName real.example
Match final all
  Compression yes
Host real.example
  HashKnownHosts yes`, ['nick', 'other']))

  test('on Include', async () => {
    const inner = write('Host inner\n  User inner\nHost *\n  Port 5\n')
    const everybody = write('Compression yes\n')
    mkdirSync(directory.file('many'))
    writeFileSync(directory.file('many/1.conf'), 'SendEnv ONE\n')
    writeFileSync(directory.file('many/2.conf'), 'SendEnv TWO\n')
    writeFileSync(directory.file('many/.3.conf'), 'SendEnv HIDDEN\n')
    writeFileSync(directory.file('many/4.other'), 'SendEnv OTHER\n')
    await agrees(`Host inner h
  Include ${inner}
  HashKnownHosts yes
Host g
  Include ${everybody} ${directory.file('missing')}
Host *
  Include ${directory.file('many')}/*.conf ${directory.path}/man?/4.*
  Include ${directory.file('nothing-*')}`, ['inner', 'h', 'g', 'x'])
    const endless = write('', 'endless')
    writeFileSync(endless, `Include ${endless}\n`)
    await agrees(`Include ${endless}`)
  })

  test('on -o', () => agrees('Port 1\nUser file\n', ['h'], ['Port=2', 'User = me', 'SendEnv A', 'hostname=x.%h']))

  test('on a proxy that comes second', async () => {
    const lines = ['ProxyJump a', 'ProxyJump none', 'ProxyCommand nc h 22', 'ProxyCommand none']
    for (const first of lines) for (const second of lines) for (const third of lines) await agrees([first, second, third].join('\n'))
  })

  for (const line of [
    'Port', 'Port x', 'Port 0', 'Port 65536', 'Port 1 2', 'Compression maybe', 'Compression YES', 'Compression', 'StrictHostKeyChecking perhaps', 'StrictHostKeyChecking off', 'StrictHostKeyChecking no',
    'RequestTTY sometimes', 'RequestTTY no', 'ServerAliveInterval 5x', 'ServerAliveInterval 1h2m3s', 'ServerAliveInterval -1', 'ConnectTimeout none', 'ConnectTimeout', 'User "unclosed', "User 'single quoted'", 'User a\\"b', 'User a\\ b', 'User "a\\\\b"',
    'User a#b', 'User # c', 'LocalForward 80', 'LocalForward 1 2', 'LocalForward a b', 'LocalForward 1 h:2 3', 'LocalForward 0 h:1', 'LocalForward 1 h:0', 'LocalForward 1:h:70000', 'RemoteForward', 'RemoteForward x', 'RemoteForward /a', 'RemoteForward /a /b', 'DynamicForward', 'DynamicForward 1 2', 'DynamicForward a:1:2',
    'SetEnv A', 'SetEnv =b', 'SetEnv A=1 A=2', 'SendEnv', 'Ciphers', 'HostName %h.example', 'HostName %%h', 'HostName %x', 'ProxyJump a:0', 'ProxyJump a,b@c', 'ProxyJump @a', 'ProxyJump', 'ForwardAgent', 'ForwardAgent true', 'ForwardAgent $SOCK',
    'Match', 'Match nonsense', 'Match host', 'Match all host h', 'Match !all', 'Match !final all', 'Match canonical !all', 'LocalForward 8086:host:80', 'RemoteForward 8086:host:80', 'DynamicForward localhost:1', 'Host', 'Include', 'IdentityFile', 'IdentityFile a b', 'UserKnownHostsFile /dev/null', 'HostKeyAlias', '   Port    7   ', 'Port\t7', 'Port=7', 'Port =7', 'Port "7"', '"Port" 7', 'pOrT 7', 'SendEnv A B -A', 'SendEnv -A A', 'ServerAliveCountMax 0',
  ]) {
    test(`on «${line}»`, () => agrees(line))
  }
})

describe('files and tokens', () => {
  /** ssh -v tells where it looks for keys. */
  const identityFiles = (args: readonly string[]) => new Promise<string[]>((resolve) => {
    execFile('ssh', ['-v', '-o', 'ProxyCommand=false', ...args, 'true'], (_error, _stdout, log) => resolve([...log.matchAll(/identity file (.*) type -?\d+/g)].map(([, path]) => path!).filter((path) => !path.endsWith('-cert'))))
  })

  test('expand as ssh expands them', async () => {
    const file = write(`HostName %h.example\nPort 77\nUser remote\nHostKeyAlias alias\nIdentityFile ~/%h-%n-%p-%r-%u-%i-%k-%%\nIdentityFile ${variable('HOME')}/x\nIdentityFile %d/y\nIdentityFile /%L/%l\nIdentityFile ~root/z\n`)
    const config = await readSshConfig({ host: 'Host', file })
    expect(config.identityFile.slice(0, 3)).toEqual((await identityFiles(['-F', file, 'Host'])).slice(0, 3))
    expect(config.identityFile[0]).toMatch(/\/host\.example-Host-77-remote-.*-alias-%$/)
    expect(config.identityFile[4]).toBe('/root/z')
    expect(config.identityFilesNamed).toBe(true)
  })

  const reading = (text: string, request: Partial<SshConfigRequest> = {}) => readSshConfig({ host: 'h', file: write(text), ...request })

  test('that are unknown are errors', async () => {
    await expect(reading('IdentityFile %q')).rejects.toThrow(/%q/)
    await expect(reading(`IdentityFile ${variable('LIBSSH2_WASM_UNSET')}`)).rejects.toThrow(/LIBSSH2_WASM_UNSET/)
    await expect(reading('IdentityFile ~nobody-of-that-name/x')).rejects.toThrow(/no user nobody-of-that-name/)
    await expect(reading('ProxyCommand nc %C')).rejects.toThrow(/%C/)
  })

  test('ProxyCommand takes the host key alias; a user of the command line has no tokens, one of the configuration has', async () => {
    expect(await reading('ProxyCommand nc %k %n\nHostKeyAlias alias\n')).toMatchObject({ proxyCommand: 'nc alias h' })
    expect(await reading('', { options: parseDestination('%u%%@h').options })).toMatchObject({ user: '%u%%' })
    expect(await reading('', { user: '%u' })).toMatchObject({ user: '%u' })
    expect(await reading('User x%n\n')).toMatchObject({ user: 'xh' })
  })

  test('none means none', async () => {
    expect(await reading('IdentityFile none\nUserKnownHostsFile none\nIdentityAgent none\n')).toMatchObject({ identityFile: [], userKnownHostsFile: [], identityAgent: 'none', identityFilesNamed: true })
    expect((await readSshConfig({ host: 'h', file: 'none' })).identityFilesNamed).toBe(false)
  })

  test('errors name the file and every wrong line', async () => {
    const file = write('\n\nPort x\nNonsense yes\n')
    await expect(readSshConfig({ host: 'h', file })).rejects.toThrow(`${file} has 2 wrong lines:\n${file}, line 3: not a port\n${file}, line 4: no keyword has the name "nonsense"`)
  })

  test('a file that was named must be there', async () => {
    await expect(readSshConfig({ host: 'h', file: directory.file('nowhere') })).rejects.toMatchObject({ code: 'ERR_SSH_CONFIG' })
  })

  test("the user's own file is read, and refused where everybody may write to it", async () => {
    mkdirSync(directory.file('home/.ssh'), { recursive: true })
    const file = write('Include other\nUser mine\n', 'home/.ssh/config')
    write('Port 99\n', 'home/.ssh/other')
    const home = { ...thisUser(), home: directory.file('home') }
    expect(await readSshConfig({ host: 'h', local: home })).toMatchObject({ user: 'mine', port: 99 })
    chmodSync(file, 0o646)
    await expect(readSshConfig({ host: 'h', local: home })).rejects.toThrow(/others may write/)
    chmodSync(file, 0o600)
  })

  test("somebody else's is refused", async () => {
    const file = write('', 'home/.ssh/config'), uid = thisUser().uid
    if (uid === 0) chownSync(file, 12_345, 12_345)
    await expect(readSshConfig({ host: 'h', local: { ...thisUser(), uid: uid + 1, home: directory.file('home') } })).rejects.toThrow(/another owner/)
  })

  test('Match exec runs nothing where a criterion before it does not hold, or the section cannot be reached', async () => {
    const mark = directory.file('ran')
    const inner = write(`Match exec "touch ${mark}-inner"\nPort 1\n`)
    await reading(`Match host g exec "touch ${mark}"\nMatch host h exec "touch ${mark}-too"\nHost other\nInclude ${inner}\n`)
    expect(existsSync(mark)).toBe(false)
    expect(existsSync(`${mark}-too`)).toBe(true)
    expect(existsSync(`${mark}-inner`)).toBe(false)
  })

  test('the command line comes first', async () => {
    expect(await reading('User b\nPort 4\n', { user: 'a', port: 3 })).toMatchObject({ user: 'a', port: 3 })
  })
})

describe('names that could reach a shell are refused (CVE-2023-51385, CVE-2025-61984)', () => {
  for (const host of ['$(id)', '`id`', 'a;id', 'a|id', 'a b', '-oProxyCommand=x', 'a\nb', "a'b", 'a"b', 'a&b', 'a<b', 'a\\b', '']) {
    test(`host ${JSON.stringify(host)}`, async () => {
      const mark = directory.file('injected')
      await expect(readSshConfig({ host, file: write(`Match exec "touch ${mark}"\n`) })).rejects.toMatchObject({ code: 'ERR_SSH_CONFIG' })
      await expect(readSshConfig({ host: 'h', file: 'none', options: [['ProxyJump', host]] }), host).rejects.toMatchObject({ code: 'ERR_SSH_CONFIG' })
      expect(existsSync(mark)).toBe(false)
    })
  }
  for (const user of ['$(id)', '`id`', 'a;id', '-x', 'a -x', "a'b", 'a\nb', 'a\\']) {
    test(`user ${JSON.stringify(user)}`, async () => {
      await expect(readSshConfig({ host: 'h', file: 'none', options: [['User', user]] })).rejects.toMatchObject({ code: 'ERR_SSH_CONFIG' })
    })
  }
  test('names of directory services are names', async () => {
    expect((await readSshConfig({ host: 'h', file: 'none', options: [['User', 'EXAMPLE\\me']] })).user).toBe('EXAMPLE\\me')
  })
})

test('damaged files: read, or refused with a typed error', async () => {
  const random = seededRandom(5)
  const words = ['Host', 'Match', 'h', '*', '!h', 'final', 'all', 'user', 'host', '=', '"', "'", '\\', '#', '\n', ' ', 'Port', '22', 'HostName', '%h', '%%', '%', 'ProxyJump', 'a@b:1', ',', '[', ']', 'LocalForward', '/x', ':', 'Include', '~', 'SetEnv', 'A=b', 'Ciphers', '+', '-', '^', variable('HOME'), 'IdentityFile', 'none', '\u0000', '\u{1f600}']
  let read = 0
  for (let i = 0; i < 3000; i++) {
    const text = Array.from({ length: random.below(30) }, () => words[random.below(words.length)]! + (random.below(3) ? ' ' : '')).join('')
    try {
      await readSshConfig({ host: 'h', options: text.split('\n'), file: 'none', local: { ...thisUser(), home: directory.path } })
      read++
    } catch (error) {
      expect(error, text).toMatchObject({ name: 'SSHError', code: 'ERR_SSH_CONFIG' })
    }
  }
  expect(read).toBeGreaterThan(100)
  expect(read).toBeLessThan(2900)
})
