import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import type { ReadStreamOptions, WriteStreamOptions } from 'ssh2'
import { afterAll, describe, expect, test } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'
import { answered, CONTENT, fails, follow, having, named, ours, part, told } from './sftp/scenes.ts'
import { same } from './same.ts'
import { writeTable } from './table.ts'
import { event } from './transcript.ts'

// Streams of files, fastGet and fastPut: each option and each failure, beside npm ssh2, with a server that does what a test says.
writeTable('walked: files')

const folder = temporaryDirectory('walked-files')
afterAll(() => folder.remove())

describe('streams that read', () => {
  const OPTIONS: unknown[] = [
    undefined, {}, 'hex', { encoding: 'utf8' }, { start: 5, end: 9 }, { start: 0, end: 0 }, { start: 199_999 }, { start: 200_000 }, { start: 300_000 }, { start: 199_990, end: Infinity }, { end: 5, emitClose: true }, { end: 5, emitClose: false },
    { end: 30, highWaterMark: 10 }, { highWaterMark: 1 << 20 }, { end: 3, mode: 0o600 }, { end: 3, flags: 'r+' }, { end: 3, flags: 'a+' }, { end: 3, flags: 1 }, { end: 3, objectMode: true }, { end: 3, autoClose: true }, { end: 3, autoClose: false }, { end: 3, autoClose: 0 }, { end: 3, handle: null },
    { start: undefined, end: undefined, highWaterMark: undefined, flags: undefined, mode: undefined, autoClose: undefined },
  ]
  same('streams that read: each option', having({}, async (sftp, note, server) => {
    for (const options of OPTIONS) {
      const stream = sftp.createReadStream('/file', options as ReadStreamOptions)
      const lines: string[] = []
      follow(stream, (name) => { lines.push(String(name)) })
      const { pending, flags, mode, start, end, autoClose, bytesRead, pos, path, readableHighWaterMark } = stream as unknown as Record<string, unknown>
      let [length, type] = [0, '']
      stream.on('data', (data: Buffer | string) => { length += data.length; type = typeof data })
      await event(stream, autoClose ? 'close' : 'end')
      note(named(options), pending, flags, mode, start, String(end), autoClose, bytesRead, pos, path, readableHighWaterMark)
      note(lines.join(' '), length, type, part(stream, 'bytesRead'), part(stream, 'pos'), stream.pending, stream.destroyed)
    }
    await answered(sftp)
    note(server.requests.filter((name) => name === 'OPEN').length, server.requests.filter((name) => name === 'CLOSE').length, server.content().length)
  }))

  same('streams: what is thrown', having({}, async (sftp, note, server) => {
    const calls: [string, (() => unknown)][] = [
      ...[{ flags: 'rw' }, { flags: null }, { start: null }, { start: '1' }, { start: -1 }, { start: 1.5 }, { start: Number.NaN }, { start: Infinity }, { end: null }, { end: -1 }, { start: 5, end: 4 }, { encoding: 'klingon' }, { highWaterMark: -1 }, { highWaterMark: 1.5 }, { highWaterMark: 'x' }, null, 5]
        .map((options): [string, () => unknown] => [named(options), () => sftp.createReadStream('/x', options as never)]),
      ...[{ flags: 'rw' }, { start: null }, { start: '1' }, { start: -1 }, { start: 1.5 }, { encoding: 'klingon' }, { highWaterMark: -1 }, null, 5].map((options): [string, () => unknown] => [named(options), () => sftp.createWriteStream('/x', options as never)]),
    ]
    for (const [name, call] of calls) {
      try {
        call()
        note(name, 'is not thrown')
      } catch (error) {
        note(name, (error as Error).name, (error as Error).message)
      }
    }
    for (const path of [undefined, null, 5, Buffer.from('/x')]) for (const method of ['createReadStream', 'createWriteStream'] as const) {
      try {
        sftp[method](path as never)
        note(method, 'is not thrown')
      } catch (error) {
        note(method, (error as Error).name)
      }
    }
    await answered(sftp)
    // A stream whose constructor threw must not go on.
    note(server.requests.filter((name) => name === 'OPEN').length)
  }))

  same('streams that read: failures', async (ssh2, transcript) => {
    for (const [options, autoClose] of [[fails(/^READ/), true], [fails(/^OPEN/, 3), true], [fails(/^OPEN/, 3), false], [fails(/^READ/), false]] as const) {
      await having(options, async (sftp, note, server) => {
        const stream = sftp.createReadStream('/x', { autoClose })
        const over = event(stream, autoClose ? 'close' : 'error')
        follow(stream, note)
        stream.resume()
        await over
        await answered(sftp)
        note(autoClose, stream.destroyed, server.requests.includes('CLOSE'))
      })(ssh2, transcript)
    }
  })

  same('streams that read: close()', async (ssh2, transcript) => {
    await having({}, async (sftp, note) => {
      const stream = sftp.createReadStream('/x')
      follow(stream, note)
      await event(stream, 'open')
      const closed = event(stream, 'close')
      stream.close(((...given: unknown[]) => note('called back', ...given)) as never)
      await closed
      await new Promise<void>((resolve) => { stream.close(((...given: unknown[]) => { note('again', ...given); resolve() }) as never) })
      // npm ssh2 may have a READ on the way, which fails when the connection ends.
      stream.removeAllListeners('error').on('error', () => {})
    })(ssh2, transcript)
    await having({}, async (sftp, note, server) => {
      const stream = sftp.createReadStream('/x')
      follow(stream, note)
      const closed = event(stream, 'close')
      stream.close(((...given: unknown[]) => note('called back', ...given)) as never)
      await closed
      note(server.requests.join())
    })(ssh2, transcript)
  })

  same('streams that read: the connection is lost, and nobody reads', having({ status: ({ name }) => name === 'READ' ? null : undefined }, async (sftp, note, _server, client) => {
    const stream = sftp.createReadStream('/x')
    const failed = event(stream, 'error')
    stream.on('error', (error: Error) => note(error))
    client.on('close', () => note('client close'))
    await event(stream, 'open')
    client.destroy()
    await failed
    note(stream.destroyed)
  }))

  for (const how of ['client', 'sftp'] as const) {
    same(`streams that read: the ${how} is ended at their end`, having({}, async (sftp, note, _server, client) => {
      const stream = sftp.createReadStream('/x', { end: 9 })
      follow(stream, note)
      stream.resume()
      const closed = event(stream, 'close')
      stream.on('end', () => { (how === 'client' ? client : sftp).end() })
      const gone = how === 'client' ? event(client, 'close') : Promise.resolve()
      await closed
      await gone
    }))
  }
})

describe('streams that write', () => {
  const OPTIONS: unknown[] = [
    undefined, {}, 'hex', { encoding: 'base64' }, { defaultEncoding: 'hex' }, { start: 5 }, { start: 5, flags: 'r+' }, { flags: 'a' }, { flags: 'a', start: 3 }, { flags: 'r+' }, { flags: 'wx' }, { flags: 2 }, { mode: 0o600 }, { mode: '600' }, { highWaterMark: 3 }, { emitClose: true }, { emitClose: false }, { handle: null }, { autoClose: true }, { autoClose: false }, { autoClose: 0 },
  ]
  same('streams that write: each option', async (ssh2, transcript) => {
    for (const options of OPTIONS) {
      await having({ content: Buffer.from('0123456789') }, async (sftp, note, server) => {
        const stream = sftp.createWriteStream('/file', options as WriteStreamOptions)
        const lines: string[] = []
        follow(stream, (name) => { lines.push(String(name)) })
        const { pending, flags, mode, start, autoClose, bytesWritten, pos, path, writableHighWaterMark } = stream as unknown as Record<string, unknown>
        note(named(options), pending, flags, mode, start, autoClose, bytesWritten, pos, path, writableHighWaterMark, stream.write('6162'), stream.write(Buffer.from('cd')))
        const over = event(stream, autoClose ? 'close' : 'finish')
        stream.end('6364')
        await over
        await answered(sftp)
        note(lines.join(' '), part(stream, 'bytesWritten'), part(stream, 'pos'), stream.pending, stream.destroyed, server.content().toString('latin1'), server.requests.filter((name) => name === 'CLOSE').length)
      })(ssh2, transcript)
    }
  })

  test('text is written as text, whatever the options say of it', async () => {
    for (const options of [{ objectMode: true }, { decodeStrings: false }]) {
      expect(await ours({}, async (sftp, note, server) => {
        const stream = sftp.createWriteStream('/x', options)
        const closed = event(stream, 'close')
        stream.end('grün')
        await closed
        note(server.content().toString(), part(stream, 'bytesWritten'))
      })).toEqual(['grün 5'])
    }
  })

  test('failures are told at once, without another write, and the file is closed unless autoClose is false', async () => {
    for (const autoClose of [true, false]) {
      expect(await ours(fails(/^WRITE/), async (sftp, note, server) => {
        const stream = sftp.createWriteStream('/x', { autoClose })
        const over = event(stream, autoClose ? 'close' : 'error')
        follow(stream, note, true)
        stream.write('x')
        await over
        await answered(sftp)
        note(stream.destroyed, server.requests.filter((name) => name === 'CLOSE').length)
      })).toEqual(['open "file"', 'ready', 'error Error(Failure, code 4)', ...autoClose ? ['close', 'true 1'] : ['false 0']])
    }
  })

  test('a failure of the last write, and of the close', async () => {
    for (const [what, events] of [[/^WRITE/, ['error Error(Failure, code 4)', 'close']], [/^CLOSE/, ['finish', 'error Error(Failure, code 4)', 'close']]] as const) {
      expect(await ours(fails(what), async (sftp, note) => {
        const stream = sftp.createWriteStream('/x')
        const closed = event(stream, 'close')
        follow(stream, note, true)
        stream.end('x')
        await closed
      })).toEqual(['open "file"', 'ready', ...events])
    }
  })

  test('the connection is lost behind a write: told after the close of the client', async () => {
    expect(await ours({ status: ({ name }) => name === 'WRITE' ? null : undefined }, async (sftp, note, _server, client) => {
      const stream = sftp.createWriteStream('/x')
      await event(stream, 'open')
      const closed = event(stream, 'close')
      follow(stream, note, true)
      client.on('close', () => note('client close'))
      stream.write('x')
      client.destroy()
      await closed
    })).toEqual(['client close', 'error Error(No response from server)', 'close'])
  })

  same('appending where the server says no size', having({ content: Buffer.from('0123456789'), ...fails(/^F?STAT/, 8) }, async (sftp, note, server) => {
    const stream = sftp.createWriteStream('/x', { flags: 'a' })
    const failed = event(stream, 'error')
    stream.end('x')
    note((await failed)[0])
    const [, error] = await told(sftp, 'appendFile', '/x', 'y')
    note(error, server.content().toString(), server.requests.filter((name) => name === 'CLOSE').length)
  }))

  same('appending where only STAT says the size', having({ content: Buffer.from('0123456789'), ...fails(/^FSTAT/, 8) }, async (sftp, note, server) => {
    const stream = sftp.createWriteStream('/x', { flags: 'a' })
    const closed = event(stream, 'close')
    stream.end('x')
    await closed
    note(server.content().toString())
  }))

  same('streams that write: close(), a handle that is given, destroy()', having({ content: Buffer.from('0123456789') }, async (sftp, note, server) => {
    const closing = sftp.createWriteStream('/x')
    follow(closing, note)
    closing.write('abcd')
    await new Promise<void>((resolve) => { closing.close(((...given: unknown[]) => { note('called back', ...given); resolve() }) as never) })
    await new Promise<void>((resolve) => { closing.close(((...given: unknown[]) => { note('again', ...given); resolve() }) as never) })
    const kept = sftp.createWriteStream('/x', { autoClose: false, flags: 'r+' })
    const finished = event(kept, 'finish')
    kept.end('AB')
    await finished
    const given = sftp.createWriteStream('', { handle: (kept as unknown as { handle: Buffer }).handle, start: 2, flags: 'a' } as never)
    note(given.pending)
    const over = event(given, 'close')
    given.end('CD')
    await over
    const early = sftp.createWriteStream('/x', { flags: 'r+' })
    follow(early, note)
    const gone = event(early, 'close')
    early.destroy()
    await gone
    note(server.content().toString(), server.requests.filter((name) => name === 'CLOSE').length)
  }))

  test('the client is ended at their finish', async () => {
    expect(await ours({}, async (sftp, note, server, client) => {
      const stream = sftp.createWriteStream('/x')
      follow(stream, note, true)
      const [closed, gone] = [event(stream, 'close'), event(client, 'close')]
      stream.on('finish', () => client.end())
      stream.end('x')
      await closed
      await gone
      note(server.content().toString())
    })).toEqual(['open "file"', 'ready', 'finish', 'close', 'x'])
  })
})

describe('fastGet and fastPut', () => {
  const source = folder.file('source')
  writeFileSync(source, CONTENT)
  writeFileSync(folder.file('empty'), '')
  const OPTIONS: unknown[] = [
    undefined, {}, null, 5, 'x', { concurrency: 1 }, { concurrency: 0 }, { concurrency: -1 }, { concurrency: '4' }, { concurrency: Number.NaN }, { chunkSize: 1000 }, { chunkSize: 0 }, { chunkSize: '9' }, { chunkSize: 32768, concurrency: 64 }, { fileSize: 100 }, { fileSize: 0 }, { fileSize: '5' },
    { mode: 0o640 }, { mode: '640' }, { mode: null }, { mode: {} }, { step: 5 }, { step: null }, { unknown: true },
  ]
  for (const method of ['fastGet', 'fastPut'] as const) {
    same(`${method}: each option`, async (ssh2, transcript) => {
      await having({ content: method === 'fastGet' ? CONTENT : Buffer.alloc(0) }, async (sftp, note, server) => {
        for (const [i, options] of OPTIONS.entries()) {
          const steps: number[][] = []
          const given = typeof options === 'object' && options !== null ? { step: (...progress: number[]) => { steps.push(progress) }, ...options } : options
          const copy = folder.file(`copy-${method}-${i}`)
          writeFileSync(copy, 'what was there before', { mode: 0o644 })
          const [calls, ...results] = method === 'fastGet' ? await told(sftp, method, '/x', copy, ...given === undefined ? [] : [given]) : await told(sftp, method, source, '/x', ...given === undefined ? [] : [given])
          await answered(sftp)
          const got = method === 'fastGet' ? readFileSync(copy) : server.content()
          note(named(options), ...results, calls(), got.length, got.equals(CONTENT.subarray(0, got.length)), method === 'fastGet' ? (statSync(copy).mode & 0o777).toString(8) : '')
          note(steps.at(-1)?.[0], steps.at(-1)?.[2], steps.every(([total], at) => at === 0 || total! > steps[at - 1]![0]!), steps.reduce((sum, [, chunk]) => sum + chunk!, 0))
        }
        note(server.requests.filter((name) => name === 'OPEN').length, server.requests.filter((name) => name === 'CLOSE').length)
      })(ssh2, transcript)
      await having({ content: method === 'fastGet' ? CONTENT : Buffer.alloc(0) }, async (sftp, note, server) => {
        const options = { chunkSize: 1000, concurrency: 2 }
        const [, ...results] = method === 'fastGet' ? await told(sftp, method, '/x', folder.file('pieces'), options) : await told(sftp, method, source, '/x', options)
        note(...results, server.longest())
      })(ssh2, transcript)
    })

    same(`${method}: failures are told once, and what is open is closed first`, async (ssh2, transcript) => {
      const here = folder.file('failing')
      for (const what of method === 'fastGet' ? [/^OPEN/, /^READ/] : [/^OPEN/, /^WRITE/, /^CLOSE/, /SETSTAT/, /^FSETSTAT/]) {
        await having(fails(what), async (sftp, note, server) => {
          const [calls, ...results] = method === 'fastGet' ? await told(sftp, method, '/x', here, { mode: 0o600 }) : await told(sftp, method, source, '/x', { mode: 0o600 })
          const closes = server.requests.filter((name) => name === 'CLOSE').length
          await answered(sftp)
          note(String(what), ...results, calls(), closes)
        })(ssh2, transcript)
      }
      await having({}, async (sftp, note, server) => {
        const [calls, error] = method === 'fastGet' ? await told(sftp, method, '/x', folder.file('none/x')) : await told(sftp, method, folder.file('none'), '/x')
        const [, second] = method === 'fastGet' ? await told(sftp, method, '/x', folder.path) : await told(sftp, method, folder.path, '/x')
        await answered(sftp)
        note((error as NodeJS.ErrnoException).code, (error as NodeJS.ErrnoException).syscall, (second as NodeJS.ErrnoException).code, calls(), server.requests.filter((name) => name === 'OPEN').length - server.requests.filter((name) => name === 'CLOSE').length)
      })(ssh2, transcript)
    })
  }

  same('fastGet: short reads, and a failure in the middle', async (ssh2, transcript) => {
    await having({ mostRead: 1000 }, async (sftp, note) => {
      let last: unknown
      const [, ...results] = await told(sftp, 'fastGet', '/x', folder.file('short'), { step: (total: number) => { last = total } })
      await answered(sftp)
      note(...results, readFileSync(folder.file('short')).equals(CONTENT), last)
    })(ssh2, transcript)
    await having({ status: ({ name, offset }) => name === 'READ' && offset > 60_000 ? 3 : undefined }, async (sftp, note, server) => {
      const [, ...results] = await told(sftp, 'fastGet', '/x', folder.file('cut'))
      await answered(sftp)
      note(...results, existsSync(folder.file('cut')), server.requests.filter((name) => name === 'CLOSE').length)
    })(ssh2, transcript)
  })

  same('fastGet and fastPut: empty files', having({ content: Buffer.alloc(0) }, async (sftp, note, server) => {
    writeFileSync(folder.file('emptied'), 'what was there before')
    const steps: unknown[] = []
    const options = { step: (...progress: unknown[]) => { steps.push(progress) } }
    for (const [method, ...paths] of [['fastGet', '/x', folder.file('emptied')], ['fastPut', folder.file('empty'), '/x']] as const) {
      const [calls, error] = await told(sftp, method, ...paths, options)
      await answered(sftp)
      note(method, error, calls())
    }
    note(readFileSync(folder.file('emptied')).length, server.content().length, steps.length, server.requests.filter((name) => name === 'CLOSE').length)
  }))

  test('a file that is not as long as said is told; npm ssh2 never calls back', async () => {
    for (const [options, method, ...given] of [[{ said: 300_000 }, 'fastGet', '/x', folder.file('longer')], [{}, 'fastGet', '/x', folder.file('longer'), { fileSize: 200_001 }], [{}, 'fastPut', source, '/x', { fileSize: 200_001 }], [{}, 'fastPut', folder.file('empty'), '/x', { fileSize: 1 }]] as const) {
      await ours(options, async (sftp, _note, server) => {
        const [calls, error] = await told(sftp, method, ...given)
        await answered(sftp)
        expect([(error as NodeJS.ErrnoException).code, calls(), server.requests.filter((name) => name === 'CLOSE').length]).toEqual(['ERR_SFTP_SIZE_MISMATCH', 1, 1])
      })
    }
  })

  test('a size that is said too small, or 0, does not cut the copy', async () => {
    for (const said of [100_000, 0]) {
      await ours({ said }, async (sftp) => {
        const [, error] = await told(sftp, 'fastGet', '/x', folder.file('whole'))
        expect(error).toBe(undefined)
        expect(readFileSync(folder.file('whole')).equals(CONTENT)).toBe(true)
      })
    }
  })
})

describe('an SFTP channel', () => {
  same('what kind of channel it is, and how its callbacks are called', having({ content: Buffer.from('0123456789') }, async (sftp, note) => {
    const { type, subtype, server } = sftp as unknown as Record<string, unknown>
    note(type, subtype, server)
    const call = (method: string, ...given: unknown[]) => new Promise<unknown[]>((resolve) => { (sftp as unknown as Record<string, (...given: unknown[]) => void>)[method]!(...given, (...results: unknown[]) => resolve(results)) })
    const [, handle] = await call('open', '/x', 'r+')
    for (const [method, ...given] of [['read', handle, Buffer.alloc(4), 0, 4, 0], ['read', handle, Buffer.alloc(4), 0, 4, 100], ['write', handle, Buffer.from('abcd'), 0, 4, 0], ['write', handle, Buffer.from('abcd'), 0, 0, 0], ['fstat', handle], ['stat', '/x'], ['lstat', '/x'],
      ['setstat', '/x', { mode: 1 }], ['fsetstat', handle, { mode: 1 }], ['chmod', '/x', 1], ['fchmod', handle, 1], ['chown', '/x', 1, 1], ['utimes', '/x', 1, 1], ['exists', '/x'], ['readFile', '/x'], ['writeFile', '/x', 'q'], ['appendFile', '/x', 'q'], ['close', handle]] as [string, ...unknown[]][]) {
      const results = await call(method, ...given)
      note(method, results.length, ...results.map((result) => typeof result === 'object' && result !== null && !Buffer.isBuffer(result) ? result.constructor.name : result))
    }
  }))
})
