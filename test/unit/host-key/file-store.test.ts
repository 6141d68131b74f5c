// The file of known hosts: its lock, what it leaves alone, and what comes of it among processes.
import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, lstatSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { LEFT_BEHIND, underLock } from '../../../src/transports/node/file-lock.ts'
import { fileHostKeyStore } from '../../../src/transports/node/known-hosts-store.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const directory = temporaryDirectory('file-store')
afterAll(() => directory.remove())

let folders = 0
const newFolder = () => {
  const folder = directory.file(`folder-${++folders}`)
  mkdirSync(folder)
  return { folder, path: `${folder}/known_hosts`, files: () => readdirSync(folder) }
}

describe('the file', () => {
  test('nothing is left beside it', async () => {
    const { path, files } = newFolder(), store = fileHostKeyStore(path)
    expect(await store.read()).toBe('')
    expect(files()).toEqual([])
    await store.append('one')
    expect(await store.replace!('one\n', 'two\n')).toBe(true)
    expect(await store.replace!('one\n', 'three\n')).toBe(false)
    expect([files(), await store.read()]).toEqual([['known_hosts'], 'two\n'])
  })

  test('a text can be put where there is none', async () => {
    const { path } = newFolder(), store = fileHostKeyStore(path)
    expect(await store.replace!('', 'one\n')).toBe(true)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(await store.read()).toBe('one\n')
  })

  test('a link stays a link', async () => {
    const { path, folder } = newFolder(), link = `${folder}/link`
    symlinkSync(path, link)
    await fileHostKeyStore(link).append('one')
    expect(await fileHostKeyStore(link).replace!('one\n', 'two\n')).toBe(true)
    expect([lstatSync(link).isSymbolicLink(), readFileSync(path, 'utf8')]).toEqual([true, 'two\n'])
  })

  // It was replaced by a file: `UserKnownHostsFile /dev/null` of a program that runs as root.
  test('what is no file takes lines, is not replaced, and gets no lock beside it', async () => {
    const { path, files } = newFolder(), store = fileHostKeyStore(path)
    execFileSync('mkfifo', [path])
    // Open for both, so that no end waits for the other.
    const both = openSync(path, 'r+')
    await store.append('one', '')
    expect(await store.replace!('', 'two\n')).toBe(false)
    expect([lstatSync(path).isFIFO(), files()]).toEqual([true, ['known_hosts']])
    const read = Buffer.alloc(10)
    expect(read.toString('utf8', 0, readSync(both, read))).toBe('one\n')
    closeSync(both)
  })

  test('a file that cannot be read is an error, not an empty one', async () => {
    const { path } = newFolder()
    mkdirSync(path)
    await expect(fileHostKeyStore(path).read()).rejects.toMatchObject({ name: 'SystemError', code: 'EISDIR' })
  })
})

describe('the lock', () => {
  test('one at a time, in whatever order', async () => {
    const { path, files } = newFolder()
    let inside = 0
    const work = () => {
      expect([++inside, files()]).toEqual([1, ['known_hosts.lock']])
      inside--
    }
    await Promise.all(Array.from({ length: 20 }, () => underLock(path, work)))
    expect(files()).toEqual([])
  })

  test('is waited for, and released where the work fails', async () => {
    const { path, files } = newFolder()
    writeFileSync(`${path}.lock`, 'of another process')
    const done = vi.fn(() => { throw new Error('failed') })
    const failed = expect(underLock(path, done)).rejects.toThrow('failed')
    await new Promise((resolve) => { setTimeout(resolve, 100) })
    expect(done).not.toHaveBeenCalled()
    rmSync(`${path}.lock`)
    await failed
    expect(files()).toEqual([])
  })

  test('of a process that has ended is removed', async () => {
    const { path, files } = newFolder()
    writeFileSync(`${path}.lock`, 'of a process that was killed')
    const start = performance.now()
    await Promise.all([underLock(path, () => {}), underLock(path, () => {}), underLock(path, () => {})])
    expect(performance.now() - start).toBeGreaterThan(LEFT_BEHIND)
    expect(files()).toEqual([])
  })

  test('that is taken anew all the time is not removed', async () => {
    const { path } = newFolder()
    let owner = 0
    writeFileSync(`${path}.lock`, 'owner 0')
    const others = setInterval(() => writeFileSync(`${path}.lock`, `owner ${++owner}`), 500)
    const done = vi.fn()
    const over = underLock(path, done)
    await new Promise((resolve) => { setTimeout(resolve, LEFT_BEHIND + 1500) })
    expect(done).not.toHaveBeenCalled()
    clearInterval(others)
    rmSync(`${path}.lock`)
    await over
  })

  test('that was taken away while its owner was stopped: nothing is replaced, and the new owner keeps it', async () => {
    const { path } = newFolder()
    await underLock(path, (holding) => {
      expect(holding()).toBe(true)
      writeFileSync(`${path}.lock`, 'of the next process')
      expect(holding()).toBe(false)
    })
    expect(readFileSync(`${path}.lock`, 'utf8')).toBe('of the next process')
  })

  test('that is a folder is an error, not a wait without end', async () => {
    const { path } = newFolder()
    mkdirSync(`${path}.lock`)
    await expect(underLock(path, () => {})).rejects.toThrow()
  })

  test('that cannot be made, in a folder that takes no new files: the work is done without', async () => {
    expect(await underLock('/proc/self/known_hosts', (holding) => holding())).toBe(true)
  })
})

// A program that took a line back replaced the file, and with it a line that another program had just appended.
test('no line is lost among four processes, of which two replace the text', async () => {
  const { path } = newFolder(), LINES = 60
  const writers = await Promise.all(['append', 'append', 'replace', 'replace'].map(async (how, number) => {
    const child = fork(fileURLToPath(new URL('processes/writer.ts', import.meta.url)), [path, how, String(number), String(LINES)], {
      cwd: fileURLToPath(new URL('../../../', import.meta.url)), env: { ...process.env, NODE_OPTIONS: '' }, execArgv: ['--import', './scripts/run/typescript.mjs', '--no-warnings'], stdio: 'inherit',
    })
    await once(child, 'message')
    return child
  }))
  const over = writers.map((child) => once(child, 'exit'))
  for (const child of writers) child.send('go')
  expect(await Promise.all(over)).toEqual(writers.map(() => [0, null]))
  const expected = writers.flatMap((_, number) => Array.from({ length: LINES }, (_, i) => `${number} ${i}`))
  expect(readFileSync(path, 'utf8').split('\n').filter(Boolean).sort()).toEqual(expected.sort())
})
