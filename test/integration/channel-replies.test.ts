import { expect, test } from 'vitest'
import { LIBSSH2_ERROR_EAGAIN } from '../../src/bindings/index.ts'
import { execute, readAll, text } from '../support/session.ts'
import { useSession } from '../support/use-session.ts'
import { rejection, within } from '../support/within.ts'

const used = useSession({ config: ['AcceptEnv A B'], sftp: 'none' })
const complete = <T>(call: () => T) => within(10_000, 'the call', used.session.complete(call))
const open = () => complete(() => used.session.openSession())
const badUse = { code: 'ERR_LIBSSH2_BAD_USE', message: expect.stringContaining('setenvReply') as string }

test('a reply to nothing is refused at once, and is not waited for', async () => {
  const channel = await open()
  expect(await rejection(complete(() => channel.setenvReply()))).toMatchObject(badUse)
  expect(() => channel.setenvReply()).toThrow(expect.objectContaining(badUse))
  await complete(() => channel.setenvNoReply('A', '1'))
  expect(await rejection(complete(() => channel.setenvReply()))).toMatchObject(badUse)
  await complete(() => channel.setenv('B', '2'))
  await complete(() => channel.execute('echo $A$B'))
  expect(await rejection(complete(() => channel.setenvReply()))).toMatchObject(badUse)
  expect(text(await readAll(channel))).toBe('12\n')
  await complete(() => channel.free())
})

test('each reply is taken once, a refusal too', async () => {
  const channel = await open()
  for (const name of ['A', 'REFUSED', 'B']) await complete(() => channel.setenvSend(name, '1'))
  await complete(() => channel.setenvReply())
  expect(await rejection(complete(() => channel.setenvReply()))).toMatchObject({ name: 'ChannelError' })
  await complete(() => channel.setenvReply())
  expect(await rejection(complete(() => channel.setenvReply()))).toMatchObject(badUse)
  await complete(() => channel.free())
})

test('of two that wait for one reply the second is told that there is none', async () => {
  const channel = await open()
  await complete(() => channel.setenvSend('A', '1'))
  const results = await Promise.allSettled([complete(() => channel.setenvReply()), complete(() => channel.setenvReply())])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  expect((results[1] as PromiseRejectedResult).reason).toMatchObject(badUse)
  await complete(() => channel.free())
})

test.each(['pty', 'setenv', 'execute', 'shell', 'subsystem', 'requestAuthAgent', 'x11Req'] as const)('%s does not take the reply to setenvSend for its own', async (name) => {
  const channel = await open()
  await complete(() => channel.setenvSend('A', '1'))
  const request = (): number => name === 'setenv' ? channel.setenv('B', '2') : name === 'execute' || name === 'subsystem' ? channel[name]('true') : channel[name]()
  expect(await rejection(complete(request))).toMatchObject(badUse)
  await complete(() => channel.setenvReply())
  await complete(() => channel.execute('echo $A'))
  expect(text(await readAll(channel))).toBe('1\n')
  await complete(() => channel.free())
})

test('all of it in one complete(), whatever it waits for', async () => {
  const channel = await open()
  await complete(() => {
    for (const step of [() => channel.setenvSend('A', '1'), () => channel.setenvSend('B', '2'), () => channel.setenvReply(), () => channel.setenvReply(), () => channel.execute('echo $A$B')]) {
      if (step() === LIBSSH2_ERROR_EAGAIN) return LIBSSH2_ERROR_EAGAIN
    }
    return 0
  })
  expect(text(await readAll(channel))).toBe('12\n')
  expect(text(await readAll(await execute(used.session, 'echo alive')))).toBe('alive\n')
  await complete(() => channel.free())
})
