// What people write into ~/.ssh/config and into the variables of other programs, beside OpenSSH's ssh: equal exit codes and output.
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../support/port.ts'
import type { Peer } from '../support/process.ts'
import { requirePeer } from '../support/require-peer.ts'
import { agentAt } from '../support/ssh-agent.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import { ended, sshPrograms, type Which } from './beside-ssh.ts'
import { type Ended, PROGRAM } from './program.ts'

/** Tries again until it succeeds. A minute is longer than a login takes on any machine. @throws the last error */
async function whenOpen<T>(attempt: () => Promise<T>): Promise<T> {
  for (const last = Date.now() + 60_000; ;) {
    try {
      return await attempt()
    } catch (error) {
      if (Date.now() > last) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** Whether these commands are installed; says it once if one is not. */
function has(...commands: readonly string[]): boolean {
  const missing = commands.filter((command) => spawnSync('sh', ['-c', 'command -v "$1"', 'sh', command]).status !== 0)
  if (missing.length > 0) console.log(`not run: the recipes with ${missing.join(', ')}, which this machine lacks (scripts/install-peers.sh --programs)`)
  return missing.length === 0
}

describe.runIf(requirePeer('sshd'))('a daily recipe does the same with ssh and with this program:', { timeout: 120_000 }, () => {
  let server: SshServer, old: SshServer, files: TemporaryDirectory, agent: Peer
  let programs: Readonly<Record<Which, string>>
  let common: string

  const keygen = (...args: string[]) => { execFileSync('ssh-keygen', ['-q', ...args]) }
  /** A configuration of these lines, in which `*` is the server. @returns its path */
  const config = (name: string, ...lines: readonly string[]) => {
    const path = files.file(`config-${name}`)
    writeFileSync(path, `${lines.join('\n')}\n${common}`)
    return path
  }
  const withKey = () => [`  IdentityFile ${files.file('id')}`, '  IdentitiesOnly yes']

  /** The same arguments for both, at the same time. What happens must be equal. @returns it */
  async function both(args: readonly string[], options?: Parameters<typeof ended>[1]): Promise<Ended> {
    const [stock, ours] = await Promise.all((['stock', 'ours'] as const).map((which) => ended([programs[which], ...args], options))) as [Ended, Ended]
    expect(ours).toEqual(stock)
    return stock
  }

  beforeAll(async () => {
    files = temporaryDirectory('recipes')
    mkdirSync(files.file('Group Containers'))
    keygen('-N', '', '-t', 'ed25519', '-f', files.file('ca'))
    ;[server, old, agent] = await Promise.all([
      startSshd({ config: [`TrustedUserCAKeys ${files.file('ca.pub')}`] }),
      startSshd({ hostKeyTypes: ['rsa'], config: ['HostKeyAlgorithms ssh-rsa', 'PubkeyAcceptedAlgorithms +ssh-rsa'] }),
      agentAt(files.file('Group Containers/agent.sock')),
    ])
    programs = sshPrograms(files)
    for (const [name, { path }] of [['id', server.keys.ed25519], ['id_rsa', server.keys.rsa]] as const) {
      copyFileSync(path, files.file(name))
      chmodSync(files.file(name), 0o600)
    }
    execFileSync('ssh-add', ['-q', files.file('id')], { env: { ...process.env, SSH_AUTH_SOCK: files.file('Group Containers/agent.sock') }, stdio: 'ignore' })
    writeFileSync(files.file('in-agent.pub'), `${server.keys.ed25519.publicKey}\n`)
    writeFileSync(files.file('known_hosts'), [server, old].map(({ hostKeys, port }) => hostKeys.map(({ publicKey }) => `[127.0.0.1]:${port} ${publicKey}\n`).join('')).join('')
      + server.hostKeys.map(({ publicKey }) => `instance ${publicKey}\n`).join(''))
    common = `Host *\n  HostName 127.0.0.1\n  Port ${server.port}\n  User ${server.user}\n  UserKnownHostsFile ${files.file('known_hosts')}\n  GlobalKnownHostsFile none\n  IdentityFile none\n  BatchMode yes\n`
  })
  afterAll(async () => {
    await Promise.all([server?.stop(), old?.stop(), agent?.stop()])
    files?.remove()
  })

  describe('a password manager\'s agent', () => {
    test('IdentityAgent with a quoted path that has spaces, and with the public key of the one key to use', async () => {
      const lines = ['Host demo', `  IdentityAgent "${files.file('Group Containers/agent.sock')}"`]
      expect(await both(['-F', config('agent', ...lines), 'demo', 'echo in; exit 5'])).toEqual({ code: 5, stdout: 'in\n', stderr: '' })
      expect(await both(['-F', config('agent-one', ...lines, `  IdentityFile ${files.file('in-agent.pub')}`, '  IdentitiesOnly yes'), 'demo', 'echo in'])).toMatchObject({ code: 0, stdout: 'in\n' })
    })

    test('IdentityAgent that names a variable, SSH_AUTH_SOCK, none, and a path where nothing listens', async () => {
      const env = { MANAGER: files.file('Group Containers/agent.sock'), SSH_AUTH_SOCK: files.file('Group Containers/agent.sock') }
      expect(await both(['-F', config('variable', 'Host demo', '  IdentityAgent $MANAGER'), 'demo', 'echo in'], { env })).toMatchObject({ code: 0, stdout: 'in\n' })
      expect(await both(['-F', config('auth-sock', 'Host demo', '  IdentityAgent SSH_AUTH_SOCK'), 'demo', 'echo in'], { env })).toMatchObject({ code: 0, stdout: 'in\n' })
      const denied = { code: 255, stdout: '', stderr: expect.stringContaining('Permission denied (publickey)') as string }
      expect(await both(['-F', config('none', 'Host demo', '  IdentityAgent none'), 'demo', 'echo in'], { env })).toMatchObject(denied)
      expect(await both(['-F', config('nobody', 'Host demo', `  IdentityAgent ${files.file('nobody')}`), 'demo', 'echo in'], { env })).toMatchObject(denied)
    })
  })

  test('a certificate as Vault signs it: CertificateFile, -i twice, and one that has expired or names somebody else', async () => {
    keygen('-N', '', '-t', 'ed25519', '-f', files.file('signed'))
    const sign = (name: string, ...options: string[]) => {
      copyFileSync(files.file('signed.pub'), files.file(`${name}.pub`))
      keygen('-s', files.file('ca'), '-I', name, ...options, files.file(`${name}.pub`))
      return files.file(`${name}-cert.pub`)
    }
    const valid = sign('vault', '-n', server.user, '-V', '-1h:+1h'), late = sign('late', '-n', server.user, '-V', '-2h:-1h'), other = sign('other', '-n', 'somebody-else', '-V', '-1h:+1h')
    const recipe = (certificate: string) => ['Host demo', `  CertificateFile ${certificate}`, `  IdentityFile ${files.file('signed')}`]
    const plain = config('plain')
    const [good, byOption, ...bad] = await Promise.all([
      both(['-F', config('vault', ...recipe(valid)), 'demo', 'echo in; exit 4']), both(['-F', plain, '-i', valid, '-i', files.file('signed'), 'demo', 'echo in']),
      both(['-F', config('late', ...recipe(late)), 'demo', 'echo in']), both(['-F', config('other', ...recipe(other)), 'demo', 'echo in']), both(['-F', plain, '-i', files.file('signed'), 'demo', 'echo in']),
    ])
    expect([good, byOption]).toEqual([{ code: 4, stdout: 'in\n', stderr: '' }, { code: 0, stdout: 'in\n', stderr: '' }])
    for (const end of bad) expect(end).toMatchObject({ code: 255, stdout: '', stderr: expect.stringContaining('Permission denied') as string })
  })

  test('a bastion: ProxyJump and LocalForward in the file, and the forwarding used while a session runs', async () => {
    const target = createServer((socket) => { socket.on('data', (data: Buffer) => socket.end(`target: ${data.toString()}`)).on('error', () => {}) })
    await new Promise<void>((resolve) => { target.listen(0, '127.0.0.1', resolve) })
    const { port } = target.address() as { port: number }
    const ask = (at: number) => new Promise<string>((resolve, reject) => {
      let text = ''
      const socket = connect(at, '127.0.0.1', () => socket.write('hello')).on('data', (data: Buffer) => { text += data.toString() }).on('error', reject).on('close', () => { if (text) resolve(text); else reject(new Error('nothing came')) })
    })
    try {
      const through = async (which: Which) => {
        const here = await freePort(), answers: string[] = []
        const path = config(`bastion-${which}`, 'Host bastion', ...withKey(), 'Host inner', '  ProxyJump bastion', `  LocalForward ${here} 127.0.0.1:${port}`, '  ExitOnForwardFailure yes', ...withKey())
        const end = await ended([programs[which], '-F', path, 'inner', 'cat; echo "$SSH_CONNECTION" | wc -w; exit 3'], {
          stdin: 'input\n', during: async () => { answers.push(await whenOpen(() => ask(here)), ...await Promise.all([1, 2].map(() => ask(here)))) },
        })
        return { end, answers }
      }
      const [stock, ours] = await Promise.all([through('stock'), through('ours')])
      expect(ours).toEqual(stock)
      expect(stock).toEqual({ end: { code: 3, stdout: 'input\n4\n', stderr: '' }, answers: ['target: hello', 'target: hello', 'target: hello'] })
    } finally {
      target.close()
    }
  })

  test('Azure DevOps: a server whose host key signs with ssh-rsa only; that name added, alone, and left out', async () => {
    const at = (...lines: string[]) => ['Host azure', `  Port ${old.port}`, `  IdentityFile ${files.file('id_rsa')}`, '  IdentitiesOnly yes', ...lines.map((line) => `  ${line}`)]
    const added = ['HostKeyAlgorithms +ssh-rsa', 'PubkeyAcceptedAlgorithms +ssh-rsa']
    const ends = await Promise.all([
      both(['-F', config('azure', ...at(...added)), 'azure', 'echo in; exit 6']), both(['-F', config('azure-old', ...at('HostkeyAlgorithms +ssh-rsa', 'PubkeyAcceptedKeyTypes=+ssh-rsa')), 'azure', 'echo in; exit 6']),
      both(['-F', config('azure-only', ...at('HostkeyAlgorithms ssh-rsa', 'PubkeyAcceptedAlgorithms ssh-rsa')), 'azure', 'echo in; exit 6']),
    ])
    for (const end of ends) expect(end).toMatchObject({ code: 6, stdout: 'in\n' })
    expect(await both(['-F', config('azure-none', ...at()), 'azure', 'true'])).toMatchObject({ code: 255, stderr: expect.stringMatching(/no matching host key type found\. Their offer: ssh-rsa/) as string })
    expect(await both(['-F', config('azure-half', ...at(added[0]!, 'PubkeyAcceptedAlgorithms -*rsa*')), 'azure', 'true'])).toMatchObject({ code: 255, stderr: expect.stringContaining('Permission denied') as string })
  })

  describe('a program as ProxyCommand', () => {
    /** A stand-in for a cloud's program: it writes down its arguments and connects to the server. */
    const standIn = (name: string) => {
      mkdirSync(files.file('bin'), { recursive: true })
      const dial = `const s = require('net').connect(${server.port}, '127.0.0.1'); process.stdin.pipe(s); s.pipe(process.stdout); s.on('close', () => process.exit())`
      writeFileSync(files.file(`bin/${name}`), `#!/bin/sh\nprintf '<%s>' "$@" >> "$TOLD"\nexec '${process.execPath}' -e "${dial}"\n`)
      chmodSync(files.file(`bin/${name}`), 0o755)
    }
    const ssm = '<ssm><start-session><--target><i-0abc><--document-name><AWS-StartSSHSession><--parameters><portNumber=22>'
    const recipes: readonly (readonly [string, string, string])[] = [
      ['AWS\'s own line', 'sh -c "aws ssm start-session --target %h --document-name AWS-StartSSHSession --parameters \'portNumber=%p\'"', ssm],
      ['single quotes outside', 'sh -c \'aws ssm start-session --target %h --document-name AWS-StartSSHSession --parameters "portNumber=%p"\'', ssm],
      ['a line with a variable', 'aws ssm start-session --target %h --document-name AWS-StartSSHSession --parameters "portNumber=%p" --profile "${PROFILE:-my own}"', `${ssm}<--profile><my own>`],
      ['a pipeline of steps', 'aws sts %n "%%" \'%r\' </dev/null >/dev/null & wait; exec aws ssm \\"%h\\" $((%p + 1))', '<sts><i-0abc><%><USER><ssm><"i-0abc"><23>'],
      ['cloudflared', 'BIN/cloudflared access ssh --hostname %h', '<access><ssh><--hostname><i-0abc>'],
      ['cloudflared with an equals sign', '=BIN/cloudflared access ssh --hostname "%h" --id $(echo "a b")', '<access><ssh><--hostname><i-0abc><--id><a><b>'],
    ]
    test.each(recipes)('%s', async (_, command, told) => {
      standIn('aws')
      standIn('cloudflared')
      // The host's own Port and HostName would hide what the tokens become.
      const path = config('proxy', 'Host i-* mi-*', '  HostName %h', '  Port 22', '  HostKeyAlias instance', `  ProxyCommand ${command.replaceAll('BIN', files.file('bin'))}`.replace('ProxyCommand =', 'ProxyCommand='), ...withKey())
      const results = await Promise.all((['stock', 'ours'] as const).map(async (which) => {
        const log = files.file(`told-${which}`)
        writeFileSync(log, '')
        const env = { TOLD: log, PATH: `${files.file('bin')}:${process.env['PATH']}` }
        return { end: await ended([programs[which], '-F', path, 'i-0abc', 'echo in; exit 7'], { env }), told: readFileSync(log, 'utf8') }
      }))
      expect(results[1]).toEqual(results[0])
      expect(results[0]).toEqual({ end: { code: 7, stdout: 'in\n', stderr: '' }, told: told.replace('USER', server.user) })
    })
  })

  test.runIf(has('git'))('git with GIT_SSH_COMMAND: push, clone, fetch, and a repository that is not there', async () => {
    const path = config('git', 'Host demo')
    const results = await Promise.all((['stock', 'ours'] as const).map(async (which) => {
      const place = files.file(`git-${which}`)
      const names = { GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@example.org', GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z', GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@example.org', GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z' }
      const env = { ...names, GIT_CONFIG_GLOBAL: '/dev/null', GIT_SSH_COMMAND: `${programs[which]} -F ${path} -i "${files.file('id')}" -o IdentitiesOnly=yes` }
      const git = async (...args: string[]) => {
        const { code, stdout, stderr } = await ended(['git', ...args], { env })
        return { code, stdout: stdout.replaceAll(place, 'PLACE'), stderr: stderr.replaceAll(place, 'PLACE') }
      }
      const done = [await git('init', '-q', '--bare', '-b', 'main', `${place}/far.git`), await git('init', '-q', '-b', 'main', `${place}/near`)]
      writeFileSync(`${place}/near/file`, 'text\n')
      for (const args of [['add', 'file'], ['commit', '-q', '-m', 'one'], ['push', `demo:${place}/far.git`, 'main']]) done.push(await git('-C', `${place}/near`, ...args))
      done.push(await git('clone', '-q', `ssh://demo${place}/far.git`, `${place}/clone`), await git('-C', `${place}/clone`, 'fetch', '-q'), await git('ls-remote', `demo:${place}/nowhere.git`))
      return { done, cloned: readFileSync(`${place}/clone/file`, 'utf8') }
    }))
    expect(results[1]).toEqual(results[0])
    expect([results[0]!.cloned, ...results[0]!.done.map(({ code }) => code)]).toEqual(['text\n', 0, 0, 0, 0, 0, 0, 0, 128])
  })

  test.runIf(has('rsync'))('rsync -e with options and a port: there, back, and from where nothing is', async () => {
    mkdirSync(files.file('tree/in ner'), { recursive: true })
    writeFileSync(files.file('tree/in ner/file'), 'text\n')
    const results = await Promise.all((['stock', 'ours'] as const).map(async (which) => {
      const place = files.file(`rsync-${which}`)
      const rsync = async (...args: string[]) => {
        const { code, stdout, stderr } = await ended(['rsync', '-e', `${programs[which]} -F ${config('rsync', 'Host far', '  Port 1')} -p ${server.port} -i '${files.file('id')}'`, '-a', '-i', ...args])
        return { code, stdout: stdout.replaceAll(place, 'PLACE'), stderr: stderr.replaceAll(place, 'PLACE') }
      }
      return [await rsync(files.file('tree/'), `far:${place}`), await rsync(`far:${place}/`, `${place}-back`), await rsync(`far:${place}/nowhere`, `${place}-back`), readFileSync(`${place}-back/in ner/file`, 'utf8')]
    }))
    expect(results[1]).toEqual(results[0])
    expect(results[0]).toMatchObject([{ code: 0, stdout: expect.stringContaining('in ner/file') as string }, { code: 0 }, { code: 23 }, 'text\n'])
  })

  test.each([['-O', 'OpenSSH\'s with our ssh'], ['-s', 'OpenSSH\'s with our ssh, and our scp']])('scp %s: %s, as OpenSSH alone', async (protocol) => {
    const path = config('scp', 'Host demo', ...withKey())
    mkdirSync(files.file('copied/below'), { recursive: true })
    writeFileSync(files.file('copied/below/run'), '#!/bin/sh\n', { mode: 0o755 })
    writeFileSync(files.file('copied/secret'), 'secret\n', { mode: 0o600 })
    // Our own scp with -O has its tests in legacy-scp.test.ts.
    const ways: readonly (readonly string[])[] = [['scp'], ['scp', '-S', programs.ours], ...protocol === '-s' ? [[process.execPath, PROGRAM, 'scp']] : []]
    const results = await Promise.all(ways.map(async (words, number) => {
      const place = files.file(`scp${protocol}${number}`)
      const scp = async (...args: string[]) => {
        const { code, stdout } = await ended([...words, '-F', path, protocol, '-q', '-p', ...args])
        return { code, stdout }
      }
      mkdirSync(`${place}/back`, { recursive: true })
      const done = [
        await scp(files.file('copied/secret'), files.file('copied/below/run'), `demo:${place}`), await scp(`demo:${place}/secret`, `demo:${place}/run`, `${place}/back`),
        await scp(`demo:${place}/nowhere`, `${place}/back`), await scp(files.file('copied'), `demo:${place}/no-r`),
      ]
      done.push(await scp('-r', files.file('copied'), `demo:${place}/tree`), await scp('-r', `demo:${place}/tree`, `${place}/back/tree`))
      expect(done.map(({ code }) => code)).toEqual([0, 0, 1, 1, 0, 0])
      const copies = [`${place}/back/secret`, `${place}/back/run`, `${place}/back/tree/secret`, `${place}/back/tree/below/run`]
      expect(copies.map((file) => [readFileSync(file, 'utf8'), statSync(file).mode & 0o777])).toEqual([1, 2].flatMap(() => [['secret\n', 0o600], ['#!/bin/sh\n', 0o755]]))
      return done
    }))
    for (const other of results.slice(1)) expect(other).toEqual(results[0])
  })
})
