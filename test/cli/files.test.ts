import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import { configFor, run } from './program.ts'

let server: SshServer
let files: TemporaryDirectory
let config: string
beforeAll(async () => {
  server = await startSshd()
  files = temporaryDirectory('cli-files')
  config = configFor(server, files)
  mkdirSync(files.file('tree/below'), { recursive: true })
  writeFileSync(files.file('tree/a.txt'), 'a')
  writeFileSync(files.file('tree/b.txt'), 'b')
  writeFileSync(files.file('tree/below/c.txt'), 'c', { mode: 0o640 })
  utimesSync(files.file('tree/below/c.txt'), 1_000_000_000, 1_100_000_000)
})
afterAll(async () => {
  await server.stop()
  files.remove()
})

const scp = (...args: string[]) => run(['scp', '-F', config, ...args])
const sftp = (batch: string, ...args: string[]) => run(['sftp', '-F', config, '-b', '-', ...args, 'demo'], batch)
const text = (name: string) => readFileSync(files.file(name), 'utf8')

describe('scp', () => {
  test('copies trees with times and modes, both ways', async () => {
    expect(await scp('-rp', files.file('tree'), `demo:${files.file('up')}`)).toMatchObject({ code: 0, stderr: '' })
    expect(await scp('-rp', `demo:${files.file('up')}`, files.file('down'))).toMatchObject({ code: 0, stderr: '' })
    expect(text('down/below/c.txt')).toBe('c')
    expect(statSync(files.file('down/below/c.txt')).mode & 0o777).toBe(0o640)
    expect(statSync(files.file('down/below/c.txt')).mtimeMs).toBe(1_100_000_000_000)
  })

  test('expands remote patterns; several files go into a directory, which is made', async () => {
    mkdirSync(files.file('into'))
    expect(await scp(`demo:${files.file('tree')}/[ab].txt`, files.file('into'))).toMatchObject({ code: 0 })
    expect(text('into/a.txt') + text('into/b.txt')).toBe('ab')
    expect(await scp(`demo:${files.file('tree')}/*.txt`, files.file('not-there'))).toMatchObject({ code: 0, stderr: '' })
    expect(text('not-there/a.txt') + text('not-there/b.txt')).toBe('ab')
    expect(await scp(`demo:${files.file('tree')}/*.txt`, files.file('into/a.txt'))).toMatchObject({ code: 1, stderr: `scp: Multiple files match pattern, but destination "${files.file('into/a.txt')}" is not a directory\r\n` })
    expect(await scp(`demo:${files.file('tree')}/*.none`, files.file('into'))).toMatchObject({ code: 1, stderr: `scp: ${files.file('tree')}/*.none: No such file or directory\r\n` })
  })

  test('from one host to another, with a limit, and by the old protocol', async () => {
    expect(await scp(`demo:${files.file('tree/a.txt')}`, `demo:${files.file('between')}`)).toMatchObject({ code: 0 })
    expect(text('between')).toBe('a')
    expect(await scp('-l', '80000', files.file('tree/a.txt'), `demo:${files.file('slow')}`)).toMatchObject({ code: 0 })
    expect(text('slow')).toBe('a')
    expect(await scp('-O', '-p', files.file('tree/below/c.txt'), `demo:${files.file('old')}`)).toMatchObject({ code: 0 })
    expect(await scp('-O', '-p', `demo:${files.file('old')}`, files.file('old-back'))).toMatchObject({ code: 0 })
    expect(statSync(files.file('old-back')).mtimeMs).toBe(1_100_000_000_000)
  })

  // As OpenSSH's scp and sftp have it: a secret stays one, with a limit too, and names are bytes.
  test('modes of files and directories, and names that are no UTF-8, both ways, with a limit and without', async () => {
    const raw = Buffer.from('n\xff', 'latin1'), at = (name: string) => Buffer.concat([Buffer.from(`${files.file(name)}/`), raw])
    mkdirSync(files.file('modes/locked'), { recursive: true, mode: 0o700 })
    writeFileSync(files.file('modes/secret'), 'secret', { mode: 0o600 })
    writeFileSync(files.file('modes/run.sh'), '#!/bin/sh\n', { mode: 0o755 })
    writeFileSync(at('modes'), 'raw')
    chmodSync(files.file('modes/locked'), 0o700)
    for (const [name, limit] of [['plain', []], ['slow', ['-l', '80000']]] as const) {
      const [up, down] = [`modes-up-${name}`, `modes-down-${name}`]
      expect(await scp('-r', ...limit, files.file('modes'), `demo:${files.file(up)}`)).toMatchObject({ code: 0, stderr: '' })
      expect(await scp('-r', ...limit, `demo:${files.file(up)}`, files.file(down))).toMatchObject({ code: 0, stderr: '' })
      for (const folder of [up, down]) {
        expect([`${folder}/secret`, `${folder}/run.sh`, `${folder}/locked`].map((path) => statSync(files.file(path)).mode & 0o777), folder).toEqual([0o600, 0o755, 0o700])
        expect(readFileSync(at(folder), 'utf8')).toBe('raw')
      }
    }
  })

  test('tells what it leaves out, and goes on', async () => {
    mkdirSync(files.file('odd'))
    symlinkSync('/nowhere', files.file('odd/link'))
    writeFileSync(files.file('odd/z'), 'z')
    const up = await scp('-r', files.file('odd'), `demo:${files.file('odd-up')}`)
    expect(up).toMatchObject({ code: 1, stderr: expect.stringContaining('link') })
    expect(text('odd-up/z')).toBe('z')
    expect(await scp(`demo:${files.file('missing')}`, files.file('x'))).toMatchObject({ code: 1, stderr: expect.stringContaining('missing') })
    expect(await scp(files.file('tree'), `demo:${files.file('no-r')}`)).toMatchObject({ code: 1, stderr: expect.stringContaining('not a regular file') })
  })
})

// As OpenSSH does since 10: scp follows links, sftp leaves them out, and a name above the target is none.
describe('links and names above', () => {
  test('scp copies what links lead to, both ways; put and get leave them out, which is no failure', async () => {
    mkdirSync(files.file('linked/sub'), { recursive: true })
    writeFileSync(files.file('linked/sub/y'), 'y')
    symlinkSync('sub/y', files.file('linked/file'))
    symlinkSync('sub', files.file('linked/folder'))
    expect(await scp('-r', files.file('linked'), `demo:${files.file('linked-up')}`)).toMatchObject({ code: 0, stderr: '' })
    expect(await scp('-r', `demo:${files.file('linked')}`, files.file('linked-down'))).toMatchObject({ code: 0, stderr: '' })
    for (const folder of ['linked-up', 'linked-down']) expect(text(`${folder}/file`) + text(`${folder}/folder/y`)).toBe('yy')
    expect(await sftp(`put -r ${files.file('linked')} ${files.file('linked-put')}\n`)).toMatchObject({ code: 0, stderr: 'file: not a regular file\nfolder: not a regular file\n' })
    const got = await sftp(`get -r ${files.file('linked')} ${files.file('linked-get')}\n`)
    expect([got.code, got.stderr.split('\n').toSorted()]).toEqual([0, ['', ...['file', 'folder'].map((name) => `download "${files.file(`linked/${name}`)}": not a regular file`)]])
    for (const folder of ['linked-put', 'linked-get']) expect([existsSync(files.file(`${folder}/file`)), text(`${folder}/sub/y`)]).toEqual([false, 'y'])
  })

  test('a link to a directory above ends, and so does a tree that is too deep', async () => {
    mkdirSync(files.file('round'))
    symlinkSync('.', files.file('round/again'))
    mkdirSync(files.file(`deep${'/d'.repeat(70)}`), { recursive: true })
    for (const [name, words] of [['round', 'local stat "again": Too many levels of symbolic links'], ['deep', 'Maximum directory depth exceeded: 64 levels']] as const) {
      const { code, stderr } = await scp('-r', files.file(name), `demo:${files.file(`${name}-up`)}`)
      expect([code, stderr.split('\r\n')[0]]).toEqual([1, `scp: ${words}`])
    }
  })

  test('the contents of . and .. go into the target, not beside or above it', async () => {
    mkdirSync(files.file('above/inner'), { recursive: true })
    mkdirSync(files.file('below/inner'), { recursive: true })
    writeFileSync(files.file('above/a'), 'a')
    expect(await scp('-r', `demo:${files.file('above/inner')}/..`, files.file('below/inner'))).toMatchObject({ code: 0 })
    expect(await scp('-r', `${files.file('above/inner')}/..`, `demo:${files.file('below/inner')}/`)).toMatchObject({ code: 0 })
    expect([existsSync(files.file('below/a')), text('below/inner/a')]).toEqual([false, 'a'])
  })
})

describe('sftp', () => {
  test('-R, -B and -X say how much is asked for at a time; what is no number is told', async () => {
    writeFileSync(files.file('some'), 'x'.repeat(5000))
    expect(await sftp(`get ${files.file('some')} ${files.file('some-down')}\nput ${files.file('some')} ${files.file('some-up')}\n`, '-R', '1', '-B', '1000')).toMatchObject({ code: 0 })
    expect([text('some-down').length, text('some-up').length]).toEqual([5000, 5000])
    expect(await scp('-X', 'nrequests=1,buffer=1000', files.file('some'), `demo:${files.file('some-again')}`)).toMatchObject({ code: 0 })
    expect(text('some-again').length).toBe(5000)
    for (const wrong of [['-R', '0'], ['-B', 'x'], ['-X', 'other=1']]) expect(await sftp('pwd\n', ...wrong), wrong.join(' ')).toMatchObject({ code: 255, stdout: '' })
  })

  test('does the commands of a batch', async () => {
    const { code, stdout } = await sftp(`cd ${files.file('tree')}\npwd\nls -1\nget *.txt ${files.file('into')}\nmkdir made\nput ${files.file('tree/a.txt')} made/x\nrename made/x made/y\nchmod 600 made/y\nln -s y made/s\nls -1 made\nrm made/*\nrmdir made\n`)
    expect(code).toBe(0)
    expect(stdout).toContain(`Remote working directory: ${files.file('tree')}`)
    expect(stdout).toMatch(/a\.txt\nb\.txt\nbelow\n/)
    expect(existsSync(files.file('tree/made'))).toBe(false)
  })

  test('ends at the first command that fails, unless it is excused', async () => {
    expect(await sftp('rm /not/there\nmkdir /tmp/never-made-by-this\n')).toMatchObject({ code: 1 })
    expect(await sftp(`-rm /not/there\nmkdir ${files.file('made-after')}\n`)).toMatchObject({ code: 0 })
    expect(existsSync(files.file('made-after'))).toBe(true)
    expect(await sftp('nonsense\n')).toMatchObject({ code: 1, stderr: expect.stringContaining('Invalid command') })
  })

  test('goes on where a file ends, and copies trees', async () => {
    writeFileSync(files.file('long'), '0123456789')
    writeFileSync(files.file('part'), '01234')
    expect(await sftp(`reget ${files.file('long')} ${files.file('part')}\nput -r ${files.file('tree')} ${files.file('tree2')}\n`)).toMatchObject({ code: 0 })
    expect(text('part')).toBe('0123456789')
    expect(text('tree2/below/c.txt')).toBe('c')
  })

  test('fetches one file', async () => {
    expect(await run(['sftp', '-F', config, `demo:${files.file('tree/a.txt')}`, files.file('one')])).toMatchObject({ code: 0 })
    expect(text('one')).toBe('a')
  })
})
