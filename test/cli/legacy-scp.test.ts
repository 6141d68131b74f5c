// `scp -O`, which needs scp(1) on the server: each command beside OpenSSH's, with the same words, exit codes and trees.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import { ended } from './beside-ssh.ts'
import { configFor, demoHost, PROGRAM } from './program.ts'

const SCP = { stock: ['scp'], ours: [process.execPath, PROGRAM, 'scp'] } as const

describe.runIf(requirePeer('sshd'))('scp -O', { timeout: 60_000 }, () => {
  const host = demoHost('legacy-scp')

  /** A folder with what is copied. */
  const sample = (at: (name: string) => string) => {
    rmSync(at(''), { recursive: true, force: true })
    for (const folder of ['tree/sub/deep', 'tree/a b', 'tree/-dash', 'into', 'empty']) mkdirSync(at(folder), { recursive: true })
    for (const [name, text] of Object.entries({ 'tree/x': 'hi', 'tree/sub/na me': 'hello', 'tree/-dash/-f': 'd', 'tree/none': '', 'tree/big': 'b'.repeat(700_000), '1.txt': 'one', '2.txt': 'two', '-n.txt': 'n', 's p.txt': 's', 'new\nline': 'n' })) {
      writeFileSync(at(name), text)
    }
    for (const [name, mode] of Object.entries({ 'tree/x': 0o640, 'tree/big': 0o755, 'tree/sub': 0o750, 'tree/sub/deep': 0o500, '1.txt': 0o4755 })) chmodSync(at(name), mode)
    symlinkSync('x', at('tree/link'))
    symlinkSync('nowhere', at('tree/dangling'))
    for (const name of ['tree/x', 'tree/sub', 'tree']) utimesSync(at(name), 981_173_106, 981_173_106)
  }

  /** Runs a command with one of the programs, in words in which `@` is the folder. @returns what it says, and what is in the folder then */
  const outcome = async (which: keyof typeof SCP, words: readonly string[]) => {
    const folder = `${host.files.file('here')}/`, at = (name: string) => folder + name
    sample(at)
    const { code, stdout, stderr } = await ended([...SCP[which], '-O', '-q', '-F', host.config, ...words.map((word) => word.replaceAll('@', folder))])
    const tree = spawnSync('find', ['.', '-mindepth', '1', '(', '-newermt', '2005-01-01', '-printf', '%p %y %m %l new\\n', '-o', '-printf', '%p %y %m %l %Ts\\n', ')'], { cwd: folder, encoding: 'latin1' }).stdout.split('\n').toSorted()
    const sums = spawnSync('sh', ['-c', 'find . -type f -print0 | sort -z | xargs -0 cksum'], { cwd: folder, encoding: 'latin1' }).stdout
    return { code, stdout, stderr: stderr.replaceAll('\r', ''), tree, sums }
  }

  test.for<[what: string, code: number, ...words: string[]]>([
    ['a tree to a host', 1, '-r', '@tree', 'demo:@into'], ['with modes and times', 1, '-rp', '@tree', 'demo:@into'],
    ['a tree from a host', 1, '-r', 'demo:@tree', '@into'], ['from it with modes and times', 1, '-rp', 'demo:@tree', '@new'],
    ['no tree from a host without -r', 1, 'demo:@tree', '@into'], ['an empty folder', 0, '-r', 'demo:@empty', '@into'],
    ['several to a folder', 0, '@1.txt', '@2.txt', 'demo:@into'],
    ['several to a missing folder', 1, '@1.txt', '@2.txt', 'demo:@missing'],
    ['several from a host to a missing folder', 1, 'demo:@1.txt', 'demo:@2.txt', '@missing'],
    ['to a missing folder here', 1, 'demo:@1.txt', '@missing/'],
    ['one of several is missing there', 1, 'demo:@nothing', 'demo:@2.txt', '@into'],
    ['a pattern', 0, 'demo:@*.txt', '@into'], ['brackets', 0, 'demo:@[12].txt', '@into'],
    ['a quoted space is another name', 1, 'demo:@\'s p.txt\'', '@into'], ['unless -T allows it', 0, '-T', 'demo:@\'s p.txt\'', '@into'],
    ['to a name with a space', 0, '@1.txt', 'demo:@into/\'x y\''],
    ['a dash at the start', 0, '@-n.txt', 'demo:@into'], ['a remote dash at the start', 1, 'demo:-nope', '@into'],
    ['a line break', 0, '@new\nline', 'demo:@into'], ['all mode bits with -p', 0, '-p', 'demo:@1.txt', '@into'],
    ['from host to host', 0, 'demo:@1.txt', 'demo:@into/n'], ['a tree from host to host', 1, '-3rp', 'demo:@tree', 'demo:@into'],
    ['a missing file from host to host', 1, 'demo:@nothing', 'demo:@into'],
  ])('%s: exit code %s', async ([, code, ...words]) => {
    const stock = await outcome('stock', words), ours = await outcome('ours', words)
    expect(ours).toEqual(stock)
    expect(ours.code).toBe(code)
  })
})

// The server chooses what it sends: nothing but what was asked for may be written, and nothing outside the folder.
describe.runIf(requirePeer('sshd'))('scp -O from a hostile server', { timeout: 60_000 }, () => {
  let server: SshServer, files: TemporaryDirectory, config: string
  beforeAll(async () => {
    files = temporaryDirectory('legacy-hostile')
    server = await startSshd({ config: [`ForceCommand cat '${files.file('says')}'; cat > /dev/null`] })
    config = configFor(server, files)
  })
  afterAll(async () => {
    await server?.stop()
    files?.remove()
  })

  const meets = async (which: keyof typeof SCP, says: string, options: readonly string[], source: string) => {
    const here = files.file('here')
    rmSync(here, { recursive: true, force: true })
    mkdirSync(`${here}/into`, { recursive: true })
    writeFileSync(files.file('says'), Buffer.from(says, 'latin1'))
    const { code, stderr } = await ended([...SCP[which], '-O', '-q', '-F', config, ...options, `demo:${source}`, `${here}/into`])
    const tree = spawnSync('find', ['.', '-mindepth', '1', '-printf', '%p %y %m %s\\n'], { cwd: here, encoding: 'latin1' }).stdout.split('\n').toSorted()
    return { code, stderr: stderr.replaceAll('\r', '').split('\n')[0], tree }
  }

  test.for<[what: string, says: string, ...options: string[]]>([
    ['a path upwards', 'C0644 2 ../up\nhi\0'], ['an absolute path', 'C0644 2 /tmp/libssh2-wasm-never\nhi\0'],
    ['the folder itself with -r', 'D0777 0 .\nE\n', '-r'],
    ['another name', 'C0644 2 .bashrc\nhi\0'], ['a second file', 'C0644 2 file\nhi\0C0644 2 other\nhi\0'], ['a folder without -r', 'D0755 0 file\nC0644 2 x\nhi\0E\n'],
    ['a path in a folder', 'D0755 0 tree\nC0644 2 ../../up\nhi\0E\n', '-r'],
    ['a size of 30 digits', `C0644 ${'9'.repeat(30)} file\nhi\0`],
    ['a line of a shell', 'scp: command not found\n'], ['a fatal error with escapes', '\x02scp: \x1b[2Jgone\n'],
  ])('%s', async ([, says, ...options]) => {
    const stock = await meets('stock', says, options, 'dir/file'), ours = await meets('ours', says, options, 'dir/file')
    // The reasons are OpenSSH's but where one line has several faults.
    expect({ ...ours, stderr: undefined }).toEqual({ ...stock, stderr: undefined })
    expect(ours.stderr === '').toBe(stock.stderr === '')
    expect(ours.stderr).not.toContain('\x1b')
    expect(ours.tree.filter((line) => /up|never/.test(line))).toEqual([])
  })
})
