// Where a copy goes, and what is said if it cannot go there: scp, `scp -O` and put of sftp beside OpenSSH's, with the same words, exit codes and trees.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import { ended } from './beside-ssh.ts'
import { configFor, PROGRAM } from './program.ts'

const PROGRAMS = { stock: [], ours: [process.execPath, PROGRAM] } as const

describe.runIf(requirePeer('sshd'))('where a copy goes', { timeout: 60_000 }, () => {
  let server: SshServer, files: TemporaryDirectory, config: string
  beforeAll(async () => {
    files = temporaryDirectory('copy-places')
    // Root may write everywhere: on the server another user does the work.
    server = await startSshd({ sftp: 'server', config: ['ForceCommand setpriv --reuid 65534 --regid 65534 --clear-groups sh -c "$SSH_ORIGINAL_COMMAND"'] })
    config = configFor(server, files)
    chmodSync(dirname(files.file('x')), 0o755)
  })
  afterAll(async () => {
    await server?.stop()
    files?.remove()
  })

  const sample = (at: (name: string) => string) => {
    rmSync(at(''), { recursive: true, force: true })
    for (const folder of ['', 'tree/sub', 'into', 'locked', 'taken/1.txt', 'blocked', 'clash/tree/x']) {
      mkdirSync(at(folder), { recursive: true })
      chmodSync(at(folder), folder === 'locked' ? 0o555 : 0o777)
    }
    for (const folder of ['taken', 'clash', 'clash/tree']) chmodSync(at(folder), 0o777)
    for (const [name, text] of Object.entries({ '1.txt': 'one', '2.txt': 'two', 'file': 'old', 'readonly': 'old', 'tree/x': 'x', 'tree/sub/y': 'y', 'blocked/tree': 'old' })) {
      writeFileSync(at(name), text)
      chmodSync(at(name), name === 'readonly' ? 0o444 : 0o666)
    }
    symlinkSync('nowhere', at('dangling'))
    symlinkSync('into', at('to-into'))
  }

  /** Runs one of the programs, in words in which `@` is the folder. @returns what it says, and what is in the folder then */
  const outcome = async (which: keyof typeof PROGRAMS, words: readonly string[], stdin = '') => {
    const folder = `${files.file('here')}/`, named = (text: string) => text.replaceAll('@', folder)
    sample((name) => folder + name)
    const { code, stdout, stderr } = await ended([...PROGRAMS[which], words[0]!, '-F', config, ...words.slice(1).map(named)], { stdin: named(stdin) })
    const tree = spawnSync('sh', ['-c', 'find . -printf "%p %y %m %l\\n" | sort; find . -type f -print0 | sort -z | xargs -0 cksum'], { cwd: folder, encoding: 'utf8' }).stdout.split('\n')
    // OpenSSH before 10 sets the mode of directories that were there before, too.
    return { code, stdout, stderr: stderr.replaceAll('\r', '').replace(/^.*remote setstat .*\n/m, ''), tree }
  }

  const UP: readonly [what: string, ...words: string[]][] = [
    ['into a folder', '@1.txt', '@into'], ['into a folder with a slash', '@1.txt', '@into/'], ['a new name', '@1.txt', '@missing'],
    ['a missing folder with a slash', '@1.txt', '@missing/'], ['into a missing folder', '@1.txt', '@missing/name'],
    ['over a file', '@1.txt', '@file'], ['a file with a slash', '@1.txt', '@file/'], ['below a file', '@1.txt', '@file/name'],
    ['over a read-only file', '@1.txt', '@readonly'], ['into a read-only folder', '@1.txt', '@locked'], ['a new name in a read-only folder', '@1.txt', '@locked/name'],
    ['a folder has the name', '@1.txt', '@taken'], ['through a link to nowhere', '@1.txt', '@dangling'], ['through a link to a folder', '@1.txt', '@to-into'],
    ['a tree to a new name', '-r', '@tree', '@missing'], ['a tree into a folder', '-r', '@tree', '@into'], ['a tree with a slash', '-r', '@tree/', '@into'],
    ['a tree into a missing folder', '-r', '@tree', '@missing/below'], ['a tree over a file', '-r', '@tree', '@file'],
    ['a tree into a read-only folder', '-r', '@tree', '@locked'], ['a file has the name of the tree', '-r', '@tree', '@blocked'],
    ['a folder has the name of a file in the tree', '-r', '@tree', '@clash'], ['a tree without -r', '@tree', '@into'],
    ['a file with -r into a folder', '-r', '@1.txt', '@into'], ['a file with -r over a file', '-r', '@1.txt', '@file'], ['a file with -r into a missing folder', '-r', '@1.txt', '@missing/name'],
    ['a missing source', '@nothing', '@into'], ['a missing source and a missing folder', '@nothing', '@missing/'],
    ['a source with a slash', '@1.txt/', '@into'], ['a source below a file', '@1.txt/name', '@into'],
  ]
  const SEVERAL: readonly [what: string, ...words: string[]][] = [
    ['several into a folder', '@1.txt', '@2.txt', '@into'], ['several over a file', '@1.txt', '@2.txt', '@file'], ['several to a missing folder', '@1.txt', '@2.txt', '@missing'],
    ['several into a read-only folder', '@1.txt', '@2.txt', '@locked'], ['one of several is missing', '@1.txt', '@nothing', '@2.txt', '@into'],
  ]
  const DOWN: readonly [what: string, ...words: string[]][] = [...UP.filter(([what]) => !/read-only|below a file/.test(what)), ...SEVERAL.filter(([what]) => !/read-only/.test(what))]

  const alike = async (words: readonly string[], stdin?: string) => {
    const stock = await outcome('stock', words, stdin), ours = await outcome('ours', words, stdin)
    expect(ours).toEqual(stock)
  }
  const to = (words: readonly string[]) => [...words.slice(0, -1), `demo:${words.at(-1)}`]
  const from = (words: readonly string[]) => words.map((word, index) => word.startsWith('-') || index === words.length - 1 ? word : `demo:${word}`)

  test.each([...UP, ...SEVERAL])('scp to a host: %s', async (_what, ...words) => { await alike(['scp', ...to(words)]) })
  test.each(DOWN)('scp from a host: %s', async (_what, ...words) => { await alike(['scp', ...from(words)]) })

  const OLD = /missing folder|slash|below a file|read-only folder|over a file|name of/
  test.each(UP.filter(([what]) => OLD.test(what)))('scp -O to a host: %s', async (_what, ...words) => { await alike(['scp', '-O', ...to(words)]) })
  test.each(DOWN.filter(([what]) => OLD.test(what) && !/^several/.test(what)))('scp -O from a host: %s', async (_what, ...words) => { await alike(['scp', '-O', ...from(words)]) })

  // What else there is, put and get have from scp.
  const PUT = /missing|slash|file|read-only|tree/
  const sftp = (command: string, words: readonly string[]) => alike(['sftp', '-b', '-', 'demo'], `${command} ${words.join(' ')}\n`)
  test.each(UP.filter(([what]) => PUT.test(what)))('put of sftp: %s', async (_what, ...words) => { await sftp('put', words) })
  test.each(UP.filter(([what]) => /missing|slash|over a file|without -r/.test(what)))('get of sftp: %s', async (_what, ...words) => { await sftp('get', words) })
})
