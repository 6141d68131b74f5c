import { describe, expect, test } from 'vitest'
import { connectWebSocket } from '../../src/transports/websocket.ts'
import { connectTcp } from '../../src/transports/node.ts'
import { Instance } from '../../src/index.ts'
import { hosts, openHost, resolveHost } from '../../src/node/index.ts'
import { clientOf, sshdAndClient } from '../support/client-of.ts'
import { rejection, within } from '../support/within.ts'

/// What the fuzz beside it has found, each as a test of its own.

const here = sshdAndClient()

test('the identification cannot be changed once it was sent: the next exchange of keys would be about another one', async () => {
  expect(() => here.client.session.bannerSet('SSH-2.0-another')).toThrow(expect.objectContaining({ code: 'ERR_LIBSSH2_BAD_USE' }))
  await here.client.rekey()
  expect((await here.client.run('echo alive')).stdout).toBe('alive\n')
})

test('a handle of a directory is not read, written or positioned as a file, nor a file listed: C keeps both in the same memory', async () => {
  const { session } = here.client
  const sftp = await session.complete(() => session.sftpInit())
  const wrong = expect.objectContaining({ code: 'ERR_LIBSSH2_BAD_USE' })
  const directory = await session.complete(() => sftp.opendir('/'))
  const first = await session.complete(() => directory.readdir())
  for (const call of [() => directory.read(), () => directory.write('text'), () => directory.write(''), () => directory.seek64(5), () => directory.seek(2 ** 40), () => directory.rewind(), () => directory.tell64(), () => directory.tell()]) {
    expect(call, String(call)).toThrow(wrong)
  }
  const names = [first?.filename]
  for (let entry = await session.complete(() => directory.readdir()); entry; entry = await session.complete(() => directory.readdir())) names.push(entry.filename)
  expect(names).toEqual(expect.arrayContaining(['.', '..', 'etc', 'usr']))
  const file = await session.complete(() => sftp.open('/etc/passwd', 1))
  expect(() => file.readdir()).toThrow(wrong)
  expect((await session.complete(() => file.read()))[0]).toBeGreaterThan(0)
  await session.complete(() => file.close())
  await session.complete(() => directory.close())
  await session.complete(() => sftp.shutdown())
  expect((await here.client.run('echo alive')).stdout).toBe('alive\n')
})

describe('what is no signal is a TypeError, before anything is sent or opened', () => {
  const wrong: Record<string, unknown> = {
    'a number': 5, 'zero': 0, 'an empty string': '', 'true': true, 'a controller': new AbortController(),
    'without removeEventListener': { aborted: false, addEventListener: () => {} },
    'without aborted': { addEventListener: () => {}, removeEventListener: () => {} },
  }
  test.each(Object.entries(wrong))('%s', async (_, value) => {
    const options = { signal: value as AbortSignal }
    const calls: (() => Promise<unknown>)[] = [
      () => here.client.run('true', options),
      () => here.client.exec('true', options),
      () => here.client.openTcp(here.server.host, here.server.port, options),
      () => here.client.listen(options),
      () => here.client.sftp(options),
      () => here.client.session.complete(() => 0, options),
      () => here.client.session.wait(options),
      () => connectTcp({ host: here.server.host, port: here.server.port, ...options }),
      () => connectWebSocket('ws://127.0.0.1:1/', options),
    ]
    for (const call of calls) expect(await rejection(Promise.resolve().then(call)), String(call)).toBeInstanceOf(TypeError)
  })
})

test.runIf(typeof WebSocket === 'undefined')('without a WebSocket of the runtime, connectWebSocket says so', async () => {
  expect(await rejection(connectWebSocket('ws://127.0.0.1:1/'))).toMatchObject({ code: 'ERR_WEBSOCKET' })
})

describe('names of SFTP that are none, beside a session of the same instance that works', () => {
  const long = 'n'.repeat(5000)
  test.each([['a NUL in it', 'a\0b'], ['a NUL alone', '\0'], ['half of a surrogate pair', 'a\ud800'], ['nothing', ''], ['.', '.'], ['..', '..'], ['the root', '/'], ['slashes', '///'], ['the root again', '/..'], ['too long', long]])('%s', async (kind, name) => {
    const sister = await clientOf(here.server, { instance: here.client.session.instance })
    let beside = 0
    const working = (async () => { for (; beside < 5; beside++) expect((await sister.run('echo here')).stdout).toBe('here\n') })()
    const { session } = here.client
    const [files, sftp] = [await here.client.sftp(), await session.complete(() => session.sftpInit())]
    // Nothing here can take a folder away: these are never empty.
    const calls: (() => Promise<unknown>)[] = [
      () => files.stat(name), () => files.lstat(name), () => files.open(name), () => files.readFile(name), () => files.list(name), () => files.realpath(name), () => files.readlink(name),
      () => files.mkdir(name), () => files.rmdir(name), () => files.unlink(name), () => files.writeFile(name, 'text'), () => files.statvfs(name), () => files.symlink('/etc/passwd', name), () => files.hardlink('/etc/passwd', name),
      () => session.complete(() => sftp.stat(name)), () => session.complete(() => sftp.lstat(name)), () => session.complete(() => sftp.opendir(name)), () => session.complete(() => sftp.open(name, 1)),
      () => session.complete(() => sftp.mkdir(name, 0o755)), () => session.complete(() => sftp.rmdir(name)), () => session.complete(() => sftp.unlink(name)), () => session.complete(() => sftp.realpath(name)),
    ]
    for (const call of calls) {
      const error = await within(20_000, String(call), Promise.resolve().then(call)).then(() => undefined, (reason: Error) => reason)
      if (/NUL|surrogate/.test(kind)) expect(error, String(call)).toBeInstanceOf(TypeError)
      else if (error) expect(error.name, `${String(call)}: ${error.message}`).toMatch(/^(SftpError|SSHError|TypeError)$/)
      expect(error?.message ?? '', String(call)).not.toMatch(/undefined|is not a function|Cannot/)
    }
    await working
    expect(beside).toBe(5)
    expect(session.instance.failure).toBeUndefined()
    expect((await files.stat('/')).isDirectory()).toBe(true)
    await files.close()
    await session.complete(() => sftp.shutdown())
    await sister.close()
  }, 60_000)
})

test('what hosts() is to do is looked at before anything is connected to', () => {
  const many = hosts(['nobody.invalid'])
  const wrong: [() => unknown, string][] = [
    [() => many.run(['ls'] as never), 'command'], [() => many.run(undefined as never), 'command'], [() => many.lines(5 as never, () => {}), 'command'], [() => many.lines('ls', null as never), 'onLine'],
    [() => many.download('file', 'target' as never), 'target'], [() => many.do('work' as never), 'work'],
  ]
  for (const [call, name] of wrong) expect(call, String(call)).toThrow(expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(name) as string }))
})

test('a reason to refuse a channel is a number of 32 bits', async () => {
  const channel = await here.client.session.complete(() => here.client.session.openSession())
  for (const reason of [5n, 'text', {}, null, Symbol('reason')] as never[]) expect(() => channel.answerOpen(reason), typeof reason).toThrow(TypeError)
  for (const reason of [-1, 1.5, 2 ** 32]) expect(() => channel.answerOpen(reason), String(reason)).toThrow(RangeError)
  await here.client.session.complete(() => channel.free())
})

test('bytes are no options, though they have a length, and neither is a Proxy of them', async () => {
  const sftp = await here.client.sftp()
  const [file, other] = [await sftp.open('/etc/passwd'), await sftp.open('/etc/passwd')]
  for (const bytes of [new Uint8Array(8), Buffer.alloc(8), new Proxy(new Uint8Array(8), {})] as never[]) {
    const calls: (() => unknown)[] = [() => file.check(bytes), () => file.copyTo(other, bytes), () => sftp.checkFile('/etc/passwd', bytes), () => here.client.exec('true', bytes), () => file.readable(bytes)]
    for (const call of calls) {
      expect(await rejection(Promise.resolve().then(call)), String(call)).toEqual(new TypeError('options must be an object'))
    }
  }
  await sftp.close()
})

test('options that are none, and a signal that is none, are a TypeError that names them', async () => {
  for (const options of [null, 5] as never[]) {
    expect(await rejection(Instance.create(options))).toEqual(new TypeError('options must be an object'))
    expect(await rejection(openHost('localhost', options))).toEqual(new TypeError('options must be an object'))
    expect(await rejection(resolveHost('localhost', options))).toEqual(new TypeError('options must be an object'))
  }
  expect(await rejection(openHost('localhost', { signal: Promise.resolve() as never }))).toEqual(new TypeError('signal must be an AbortSignal'))
})
