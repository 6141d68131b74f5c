import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { afterAll, describe, expect, test } from 'vitest'
import type { SFTPWrapper } from '../../../src/ssh2/sftp/wrapper.ts'
import { startSshd } from '../../support/sshd.ts'
import { suiteServer } from '../../support/suite-server.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { MODULES, openBoth, same, told } from './both.ts'

const server = suiteServer(() => startSshd())
const folder = temporaryDirectory('ssh2-files')
afterAll(() => folder.remove())

const DATA = Buffer.from(Array.from({ length: 1_500_000 }, (_, i) => i * 7 ^ i >> 8))

/** Events of a stream in their order, but `data`, until `close`, or until nothing more comes of it. */
async function eventsOf(stream: NodeJS.EventEmitter, last = 'close'): Promise<string[]> {
  const events: string[] = []
  for (const event of ['open', 'ready', 'end', 'finish', 'close']) stream.on(event, () => events.push(event))
  await once(stream, last)
  return events
}

/** What a stream gives. */
async function bytesOf(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

/** With the drop-in alone. */
async function withDropIn<T>(use: (sftp: SFTPWrapper) => Promise<T>): Promise<T> {
  const client = MODULES[1]!.client()
  try {
    return await use(await openBoth(client, server()))
  } finally {
    client.end()
  }
}

describe('whole files', () => {
  test('are read and written', async () => {
    await same(server(), folder, async (sftp, path, tell) => {
      tell(await told(sftp, 'readFile', path('old.txt')), await told(sftp, 'readFile', path('old.txt'), 'hex'), await told(sftp, 'readFile', path('old.txt'), { encoding: 'utf8' }))
      tell(await told(sftp, 'readFile', path('nowhere')), await told(sftp, 'readFile', path('directory')))
      tell(await told(sftp, 'writeFile', path('new.bin'), DATA), readFileSync(path('new.bin')).equals(DATA), ((await told(sftp, 'readFile', path('new.bin')))[1] as Buffer).equals(DATA))
      tell(await told(sftp, 'writeFile', path('text'), 'grün', 'latin1'), readFileSync(path('text')).toString('hex'), await told(sftp, 'writeFile', path('text'), 'grün', { mode: 0o600 }), readFileSync(path('text'), 'utf8'))
      tell(await told(sftp, 'writeFile', path('secret'), '', { mode: 0o600 }), statSync(path('secret')).mode, await told(sftp, 'readFile', path('secret')))
      tell(await told(sftp, 'writeFile', path('secret'), 'x', { flag: 'wx' }), await told(sftp, 'writeFile', path('nowhere/x'), 'x'), await told(sftp, 'writeFile', path('number'), 5), readFileSync(path('number'), 'utf8'))
      tell(await told(sftp, 'appendFile', path('text'), '!'), await told(sftp, 'appendFile', path('text'), '?', 'utf8'), await told(sftp, 'appendFile', path('fresh'), Buffer.from('x')), readFileSync(path('text'), 'utf8'), readFileSync(path('fresh'), 'utf8'))
      tell(((await told(sftp, 'readFile', '/proc/self/status', 'utf8'))[1] as string).startsWith('Name:'))
    })
  })

  test('a Uint8Array is bytes, not a list of numbers', () => withDropIn(async (sftp) => {
    await told(sftp, 'writeFile', folder.file('bytes'), new Uint8Array([65, 66]))
    expect(readFileSync(folder.file('bytes'), 'utf8')).toBe('AB')
  }))
})

describe('fastGet and fastPut', () => {
  test('copy, with options', async () => {
    await same(server(), folder, async (sftp, path, tell) => {
      writeFileSync(path('large'), DATA)
      writeFileSync(path('empty'), '')
      const steps: [number, number, number][] = []
      const step = (...progress: [number, number, number]) => { steps.push(progress) }
      for (const method of ['fastGet', 'fastPut'] as const) {
        for (const options of [[], [{}], [{ step, mode: '600' }], [{ step, concurrency: 1, chunkSize: 10_000 }], [{ concurrency: -1, chunkSize: Number.NaN, step: 5 }], [{ fileSize: 1_500_000 }], [null]]) {
          steps.length = 0
          const copy = path(`copy-${method}-${JSON.stringify(options)}`)
          tell(await told(sftp, method, path('large'), copy, ...options), readFileSync(copy).equals(DATA), statSync(copy).mode)
          const total = steps.reduce((sum, [, chunk]) => sum + chunk, 0)
          tell(total, steps.at(-1)?.[0], steps.at(-1)?.[2], steps.every(([sum], i) => i === 0 || sum > steps[i - 1]![0]))
        }
        steps.length = 0
        tell(await told(sftp, method, path('empty'), path(`nothing-${method}`), { step }), statSync(path(`nothing-${method}`)).size, steps)
      }
      tell(await told(sftp, 'fastGet', path('nowhere'), path('x')), await told(sftp, 'fastGet', path('large'), path('nowhere/x')), await told(sftp, 'fastPut', path('nowhere'), path('x')), await told(sftp, 'fastPut', path('large'), path('nowhere/x')))
    })
  })

  test('fileSize copies so much and no more', () => withDropIn(async (sftp) => {
    writeFileSync(folder.file('large'), DATA)
    for (const method of ['fastGet', 'fastPut'] as const) {
      expect(await told(sftp, method, folder.file('large'), folder.file('part'), { fileSize: 500_001 })).toEqual([])
      expect(readFileSync(folder.file('part')).equals(DATA.subarray(0, 500_001))).toBe(true)
    }
  }))

  test('what step throws is an uncaught exception, and the copy is made all the same', async () => {
    const uncaught: unknown[] = []
    const listeners = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', (error) => uncaught.push(error))
    try {
      await withDropIn(async (sftp) => {
        writeFileSync(folder.file('small'), 'small')
        const thrown = new Error('of the user')
        expect(await told(sftp, 'fastPut', folder.file('small'), folder.file('copied'), { step() { throw thrown } })).toEqual([])
        expect(uncaught).toEqual([thrown])
      })
    } finally {
      process.removeAllListeners('uncaughtException')
      for (const listener of listeners) process.on('uncaughtException', listener)
    }
  })
})

describe('streams', () => {
  test('read a file', async () => {
    await same(server(), folder, async (sftp, path, tell) => {
      writeFileSync(path('large'), DATA)
      for (const options of [undefined, {}, { start: 100_000 }, { start: 3, end: 10 }, { end: 0 }, { start: 1_499_990, end: 2_000_000 }, { start: 2_000_000 }, { highWaterMark: 1000, end: 99_999 }]) {
        const stream = sftp.createReadStream(path('large'), options)
        const [events, bytes] = await Promise.all([eventsOf(stream), bytesOf(stream)])
        const start = (options as { start?: number } | undefined)?.start ?? 0
        tell(events, bytes.length, bytes.equals(DATA.subarray(start, start + bytes.length)), stream.bytesRead, stream.path === path('large'), stream.pending)
      }
      const text = sftp.createReadStream(path('old.txt'), 'utf8')
      tell((await text.toArray()).join(''))
      const [, handle] = await told(sftp, 'open', path('old.txt'), 'r') as [undefined, Buffer]
      const kept = sftp.createReadStream('', { handle, autoClose: false, end: 3 })
      tell((await bytesOf(kept)).toString())
      const [error] = await once(sftp.createReadStream(path('nowhere')), 'error') as [{ code: number, message: string }]
      tell(error.code, error.message)
      const late = sftp.createReadStream(path('large'))
      await once(late, 'open')
      const closed = once(late, 'close')
      late.destroy()
      await closed
      tell(late.destroyed, late.isClosed)
      const never = sftp.createReadStream(path('large'))
      const ended = once(never, 'close')
      never.destroy()
      await ended
      tell(never.isClosed, await told(sftp, 'stat', path('nowhere')))
    })
  })

  test('a handle is left open by autoClose: false, and may be used again', () => withDropIn(async (sftp) => {
    writeFileSync(folder.file('twice'), '0123456789')
    const [, handle] = await told(sftp, 'open', folder.file('twice'), 'r') as [undefined, Buffer]
    for (const start of [0, 4]) expect((await bytesOf(sftp.createReadStream('', { handle, autoClose: false, start, end: start + 3 }))).toString()).toBe('0123456789'.slice(start, start + 4))
    expect(await told(sftp, 'close', handle)).toEqual([])
  }))

  test('write a file: finish before close, and the server has it by then', () => withDropIn(async (sftp) => {
    writeFileSync(folder.file('log'), 'before ')
    for (const [name, options, expected] of [['w', undefined, DATA], ['log', { flags: 'a' }, Buffer.concat([Buffer.from('before '), DATA])], ['r', { flags: 'w', mode: 0o600 }, DATA]] as const) {
      const stream = sftp.createWriteStream(folder.file(name), options)
      const events = eventsOf(stream)
      for (let at = 0; at < DATA.length; at += 50_001) stream.write(DATA.subarray(at, at + 50_001))
      stream.end()
      expect(await events).toEqual(['open', 'ready', 'finish', 'close'])
      expect(readFileSync(folder.file(name)).equals(expected)).toBe(true)
      expect([stream.bytesWritten, stream.isClosed, stream.pending]).toEqual([DATA.length, true, true])
    }
    expect(statSync(folder.file('r')).mode & 0o777).toBe(0o600)
  }))

  test('a new file of a stream without a mode has the mode that the umask of the server leaves', () => withDropIn(async (sftp) => {
    sftp.createWriteStream(folder.file('masked')).end('x')
    await told(sftp, 'writeFile', folder.file('as-written'), 'x')
    while (!(await told(sftp, 'readFile', folder.file('masked'), 'utf8')).includes('x')) { /* until the server has it */ }
    expect(statSync(folder.file('masked')).mode).toBe(statSync(folder.file('as-written')).mode)
  }))

  test('a chunk may be changed when its write has been called back', () => withDropIn(async (sftp) => {
    const stream = sftp.createWriteStream(folder.file('reused'))
    const chunk = Buffer.alloc(10_000)
    for (const letter of 'abcde') await new Promise<void>((resolve) => { stream.write(chunk.fill(letter), () => resolve()) })
    stream.end()
    await once(stream, 'close')
    expect(readFileSync(folder.file('reused'), 'utf8')).toBe([...'abcde'].map((letter) => letter.repeat(10_000)).join(''))
  }))

  test('start, encoding, pipes, and close with a callback', async () => {
    await same(server(), folder, async (sftp, path, tell) => {
      const patch = sftp.createWriteStream(path('old.txt'), { flags: 'r+', start: 5 })
      await new Promise<void>((resolve) => {
        patch.write('WAS')
        patch.close(() => resolve())
      })
      tell(readFileSync(path('old.txt'), 'utf8'))
      const hex = sftp.createWriteStream(path('hex'), { encoding: 'hex' })
      hex.end('616263')
      await once(hex, 'close')
      tell(readFileSync(path('hex'), 'utf8'))
      const through = new PassThrough()
      const piped = through.pipe(sftp.createWriteStream(path('piped')))
      through.end(DATA)
      await once(piped, 'close')
      tell(readFileSync(path('piped')).equals(DATA))
      const copy = sftp.createReadStream(path('piped')).pipe(sftp.createWriteStream(path('copy')))
      await once(copy, 'close')
      tell(readFileSync(path('copy')).equals(DATA))
      const [error] = await once(sftp.createWriteStream(path('nowhere/x')), 'error') as [{ code: number, message: string }]
      tell(error.code, error.message)
      const [refused] = await once(sftp.createWriteStream(path('old.txt'), { flags: 'wx' }), 'error') as [{ code: number, message: string }]
      tell(refused.code, refused.message)
    })
  })

  test.each([{ start: -1 }, { start: 1.5 }, { start: '1' }, { end: -1 }, { start: 5, end: 4 }])('%o is thrown', (options) => withDropIn(async (sftp) => {
    expect(() => sftp.createReadStream('/x', options as never)).toThrow(expect.objectContaining({ code: typeof options.start === 'string' ? 'ERR_INVALID_ARG_TYPE' : 'ERR_OUT_OF_RANGE' }))
  }))

  test('what is not read is not asked for without end', () => withDropIn(async (sftp) => {
    const stream = sftp.createReadStream('/dev/zero')
    await once(stream, 'readable')
    // What a window of the channel holds, and no more: the figure is that of the library's own reader.
    const before = process.memoryUsage().arrayBuffers
    await told(sftp, 'stat', '/dev/zero')
    await told(sftp, 'stat', '/dev/zero')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20)
    const closed = once(stream, 'close')
    stream.destroy()
    await closed
  }))
})
