import { describe, expect, test } from 'vitest'
import { connectWebSocket } from '../../src/transports/websocket.ts'
import { connectTcp } from '../../src/transports/node.ts'
import { sshdAndClient } from '../support/client-of.ts'
import { rejection } from '../support/within.ts'

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
