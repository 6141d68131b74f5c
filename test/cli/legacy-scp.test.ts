// `scp -O`, which needs scp(1) on the server: each command beside OpenSSH's, with the same words, exit codes and trees.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { requirePeer } from '../support/require-peer.ts'
import { ended } from './beside-ssh.ts'
import { demoHost, PROGRAM } from './program.ts'

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
    ['a tree to a host', 1, '-r', '@tree', 'demo:@into'], ['with modes and times', 1, '-rp', '@tree', 'demo:@into'], ['under a new name', 1, '-r', '@tree', 'demo:@new'],
    ['a tree from a host', 1, '-r', 'demo:@tree', '@into'], ['from it with modes and times', 1, '-rp', 'demo:@tree', '@new'], ['with a slash behind it', 1, '-r', 'demo:@tree/', '@into'],
    ['no tree without -r', 1, '@tree', 'demo:@into'], ['and from a host', 1, 'demo:@tree', '@into'], ['an empty folder', 0, '-r', 'demo:@empty', '@into'],
    ['several to a folder', 0, '@1.txt', '@2.txt', 'demo:@into'], ['several from a host', 0, 'demo:@1.txt', 'demo:@2.txt', '@into'],
    ['several to a missing folder', 1, '@1.txt', '@2.txt', 'demo:@missing'], ['several to a file', 1, '@1.txt', '@2.txt', 'demo:@2.txt'],
    ['several from a host to a missing folder', 1, 'demo:@1.txt', 'demo:@2.txt', '@missing'], ['several from a host to a file', 1, 'demo:@1.txt', 'demo:@2.txt', '@2.txt'],
    ['into a missing folder', 1, '@1.txt', 'demo:@missing/x'], ['into a missing folder here', 1, 'demo:@1.txt', '@missing/x'], ['to a missing folder here', 1, 'demo:@1.txt', '@missing/'],
    ['one of several is missing', 1, '@1.txt', '@nothing', '@2.txt', 'demo:@into'], ['one of several is missing there', 1, 'demo:@nothing', 'demo:@2.txt', '@into'],
    ['a pattern', 0, 'demo:@*.txt', '@into'], ['braces', 0, 'demo:@{1,2}.txt', '@into'], ['brackets', 0, 'demo:@[12].txt', '@into'], ['a pattern without a match', 1, 'demo:@nope*', '@into'],
    ['a space behind a backslash', 0, 'demo:@s\\ p.txt', '@into'], ['a quoted space is another name', 1, 'demo:@\'s p.txt\'', '@into'], ['unless -T allows it', 0, '-T', 'demo:@\'s p.txt\'', '@into'],
    ['a space to a host', 0, '@s p.txt', 'demo:@into'], ['to a name with a space', 0, '@1.txt', 'demo:@into/\'x y\''],
    ['a dash at the start', 0, '@-n.txt', 'demo:@into'], ['a remote dash at the start', 1, 'demo:-nope', '@into'], ['to a remote dash', 1, '@1.txt', 'demo:-nope/x'],
    ['a line break', 0, '@new\nline', 'demo:@into'], ['all mode bits with -p', 0, '-p', 'demo:@1.txt', '@into'], ['and to a host', 0, '-p', '@1.txt', 'demo:@into'],
    ['over an existing file', 0, 'demo:@2.txt', '@1.txt'], ['a tree over a file', 1, '-r', 'demo:@tree', '@1.txt'], ['a tree over a file there', 1, '-r', '@tree', 'demo:@1.txt'],
    ['the folder itself', 1, '-r', 'demo:@.', '@into'], ['the folder itself to a host', 1, '-r', '@.', 'demo:@into'],
    ['from host to host', 0, 'demo:@1.txt', 'demo:@into/n'], ['a tree from host to host', 1, '-3rp', 'demo:@tree', 'demo:@into'], ['several from host to host', 0, 'demo:@1.txt', 'demo:@2.txt', 'demo:@into'],
    ['a missing file from host to host', 1, 'demo:@nothing', 'demo:@into'], ['a host and a file here, to a host', 0, '@1.txt', 'demo:@2.txt', 'demo:@into'],
    ['run by the source\'s host, which knows no demo', 1, '-R', 'demo:@1.txt', 'demo:@into'], ['here', 0, '@1.txt', '@into'], ['with a limit', 0, '-l', '80000', 'demo:@1.txt', '@into'],
  ])('%s: exit code %s', async ([, code, ...words]) => {
    const stock = await outcome('stock', words), ours = await outcome('ours', words)
    expect(ours).toEqual(stock)
    expect(ours.code).toBe(code)
  })
})
