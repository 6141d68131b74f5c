import { Readable } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { Channel } from '../../../src/bindings/index.ts'
import { CommandError, type RunOptions, sh } from '../../../src/index.ts'
import { sshdAndClient } from '../../support/client-of.ts'
import { rejection, within } from '../../support/within.ts'

const here = sshdAndClient()

const bytes = new TextEncoder().encode('hello world')
const failure = async (command: string, options: RunOptions) => await within(8000, 'it', rejection(here.client.run(command, options))) as CommandError

describe('stdin', () => {
  const inputs: Record<string, () => RunOptions['stdin']> = {
    text: () => 'hello world',
    bytes: () => bytes,
    'an ArrayBuffer': () => bytes.buffer.slice(0),
    'a DataView': () => new DataView(bytes.buffer.slice(0)),
    'a view of 16 bits': () => new Uint16Array(new TextEncoder().encode('hello world ').buffer),
    'a Blob': () => new Blob(['hello ', 'world']),
    'a stream of bytes': () => new Blob(['hello world']).stream(),
    'a stream of text': () => new ReadableStream({ start(controller) { controller.enqueue('hello '); controller.enqueue('world'); controller.close() } }),
    'an async generator': async function* () { yield 'hello '; yield bytes.subarray(6) },
    'an array of texts': () => ['hello ', 'world'],
    'a Readable of Node': () => Readable.from([Buffer.from('hello '), 'world']),
  } as never

  test.each(Object.keys(inputs))('%s', async (name) => {
    expect((await here.client.run('cat', { stdin: (inputs[name] as () => RunOptions['stdin'])() })).stdout.trim()).toBe('hello world')
  })

  test.each<[string, unknown]>([
    ['a number', 5], ['an object', { a: 1 }], ['null', null], ['a Map', new Map([[1, 2]])], ['an array of numbers', [...bytes]], ['a Promise', Promise.resolve('x')],
    ['shared memory', new Uint8Array(new SharedArrayBuffer(3))], ['a function', () => 'x'],
  ])('%s is a TypeError, and nothing is started', async (_, stdin) => {
    using opened = vi.spyOn(here.client.session, 'openSession')
    expect(await rejection(here.client.run('cat', { stdin } as never))).toBeInstanceOf(TypeError)
    expect(opened).not.toHaveBeenCalled()
    await here.client.run('true')
    expect(opened).toHaveBeenCalled()
  })

  test('a part that cannot be sent ends the command', async () => {
    expect(await rejection(here.client.run('cat', { stdin: (function* () { yield 'a'; yield 5 as never })() }))).toBeInstanceOf(TypeError)
  })

  test('a source that fails ends the command with its error', async () => {
    const reason = new Error('no more')
    expect(await rejection(here.client.run('cat', { stdin: new ReadableStream({ pull: () => { throw reason } }) }))).toBe(reason)
  })
})

describe('check', () => {
  test('a code other than 0 is an error with the end of stderr', async () => {
    const error = await failure('echo out; echo careful >&2; exit 3', { check: true })
    expect(error).toBeInstanceOf(CommandError)
    expect(error).toMatchObject({ code: 'ERR_COMMAND_FAILED', message: 'the command ended with code 3: careful', exit: { code: 3, signal: null }, stdout: 'out\n', stderr: 'careful\n' })
  })

  test('a signal is one, and what the command says cannot act on a terminal', async () => {
    expect((await failure(String.raw`printf '\033[31mred' >&2; kill -TERM $$`, { check: true })).message).toBe('the command was ended by the signal TERM: \\u{1b}[31mred')
  })

  test('code 0 is not an error', async () => {
    expect((await here.client.run('true', { check: true })).exit.code).toBe(0)
  })
})

describe('timeout', () => {
  test('ends the command, and has what came', async () => {
    const error = await failure('echo begun; trap "echo ended > /dev/null" TERM; sleep 30', { timeout: 3000 })
    expect(error).toMatchObject({ name: 'CommandError', code: 'ERR_COMMAND_TIMEOUT', stdout: 'begun\n', exit: undefined })
  })

  test.each([0, Infinity, 2 ** 31])('%d is none, or long', async (timeout) => {
    expect((await here.client.run('echo x', { timeout })).stdout).toBe('x\n')
  })

  test('NaN is refused before anything is sent', async () => {
    expect(await rejection(here.client.run('true', { timeout: Number.NaN }))).toBeInstanceOf(RangeError)
  })

  test('an abort has its own reason', async () => {
    const reason = new Error('mine')
    expect(await failure('sleep 30', { timeout: 20_000, signal: AbortSignal.any([AbortSignal.abort(reason)]) })).toBe(reason)
  })
})

describe('maxBuffer', () => {
  test('more of either stream ends the command, and has what came', async () => {
    expect(await failure('yes', { maxBuffer: 1000 })).toMatchObject({ code: 'ERR_COMMAND_MAX_BUFFER', message: expect.stringContaining('stdout'), stdout: 'y\n'.repeat(500) })
    expect(await failure('yes >&2', { maxBuffer: 10 })).toMatchObject({ code: 'ERR_COMMAND_MAX_BUFFER', message: expect.stringContaining('stderr'), stderr: 'y\n'.repeat(5) })
  })

  test('both streams beyond it are one end of the command: one TERM, then the close', async () => {
    using signals = vi.spyOn(Channel.prototype, 'signal')
    expect(await failure('printf 1234567; printf 1234567 >&2; sleep 30', { maxBuffer: 3 })).toMatchObject({ code: 'ERR_COMMAND_MAX_BUFFER' })
    expect(signals.mock.calls).toEqual([['TERM']])
    expect((await here.client.run('echo next')).stdout).toBe('next\n')
  })

  test('as much as that is fine', async () => {
    expect((await here.client.run('printf 12345', { maxBuffer: 5 })).stdout).toBe('12345')
  })
})

describe('cwd', () => {
  test.each(['/tmp', '/usr/bin', '/'])('%s', async (cwd) => {
    expect((await here.client.run('pwd -P', { cwd })).stdout.trim().length).toBeGreaterThan(0)
    expect((await here.client.run('pwd', { cwd })).stdout).toBe(`${cwd}\n`)
  })

  test('names are quoted, and a relative one is no option', async () => {
    const names = ['with space', '-P', '$(touch hacked)', 'a\'b', '"', '~', ';exit 9']
    const root = (await here.client.run('mktemp -d', { check: true })).stdout.trim()
    for (const name of names) {
      await here.client.run(sh`mkdir -- ${`${root}/${name}`}`, { check: true })
      expect((await here.client.run('pwd', { cwd: `${root}/${name}`, check: true })).stdout).toBe(`${root}/${name}\n`)
      expect((await here.client.run(sh`cd ${root} && ${'true'}`, { check: true })).exit.code).toBe(0)
    }
    await here.client.run(sh`rm -rf ${root}`, { check: true })
  })

  test('nothing runs where there is no such directory', async () => {
    const { stdout, exit } = await here.client.run('echo ran; echo again', { cwd: '/nowhere at all' })
    expect([stdout, exit.code === 0]).toEqual(['', false])
  })
})

test.each<[string, unknown]>([['an array', ['ls']], ['nothing', undefined], ['a number', 5]])('a command that is %s is named', async (_, command) => {
  expect(await rejection(here.client.run(command as never))).toMatchObject({ name: 'TypeError', message: expect.stringContaining('a command must be a string') })
})

test('what sh makes arrives as it is', async () => {
  const words = ['plain', '', ' ', 'a b', '\'', '"', '$HOME', '`id`', '\\', '\n', '*', '!x', '~', '#', '=ls', '-n', 'ä😀', '{a,b}', ';', '&']
  for (const word of words) expect((await here.client.run(sh`printf %s ${word}`)).stdout).toBe(word)
  expect((await here.client.run(sh`printf '%s|' ${words}`)).stdout).toBe(words.map((word) => `${word}|`).join(''))
  expect((await here.client.run(sh`printf ${'%d'} ${42}`)).stdout).toBe('42')
})
