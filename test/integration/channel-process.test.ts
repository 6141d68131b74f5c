import { describe, expect, test } from 'vitest'
import { ChannelError } from '../../src/index.ts'
import { execute, finish, readAll, text } from '../support/session.ts'
import { useSession } from '../support/use-session.ts'
import { rejection } from '../support/within.ts'
import { exited } from '../support/exited.ts'

const used = useSession({ config: ['AcceptEnv GREETING'], sftp: 'none' })
const complete = <T>(call: () => T) => used.session.complete(call)
const open = () => complete(() => used.session.openSession())

describe('execute', () => {
  test('runs a command', async () => {
    const channel = await execute(used.session, 'echo hello')
    expect(text(await readAll(channel))).toBe('hello\n')
  })

  test('sends the command as UTF-8', async () => {
    const channel = await execute(used.session, "printf %s 'grüße 👋'")
    expect(text(await readAll(channel))).toBe('grüße 👋')
  })

  test('takes a command of 30,000 bytes', async () => {
    const word = 'x'.repeat(30_000)
    const channel = await execute(used.session, `printf %s ${word} | wc -c`)
    expect(text(await readAll(channel)).trim()).toBe('30000')
  })

  test('refuses a command that no packet can hold, and the session lives on', async () => {
    const channel = await open()
    expect(await rejection(complete(() => channel.execute('x'.repeat(256 << 10))))).toMatchObject({ code: 'ERR_LIBSSH2_OUT_OF_BOUNDARY' })
    await complete(() => channel.free())
    expect(text(await readAll(await execute(used.session, 'echo alive')))).toBe('alive\n')
  })

  test('a second time on one channel is refused', async () => {
    const channel = await execute(used.session, 'cat')
    expect(await rejection(complete(() => channel.execute('echo again')))).toMatchObject({ code: 'ERR_LIBSSH2_BAD_USE' })
    await complete(() => channel.free())
  })
})

describe('exit status', () => {
  test.each([0, 1, 42, 255])('%i is given back', async (status) => {
    const channel = await execute(used.session, `exit ${status}`)
    await readAll(channel)
    await finish(channel)
    expect(channel.getExitStatus()).toBe(status)
  })

  test('is 0 while the command runs', async () => {
    const channel = await execute(used.session, 'cat; exit 7')
    expect(channel.getExitStatus()).toBe(0)
    await complete(() => channel.sendEof())
    await finish(channel)
    expect(channel.getExitStatus()).toBe(7)
  })
})

describe('exit signal', () => {
  test('has the name of the signal that ended the command, without SIG', async () => {
    const channel = await execute(used.session, 'kill -TERM $$')
    await finish(channel)
    expect(channel.getExitSignal()).toEqual([0, 'TERM', '', ''])
  })

  test('of another signal has another name', async () => {
    const channel = await execute(used.session, 'kill -KILL $$')
    await finish(channel)
    expect(channel.getExitSignal()[1]).toBe('KILL')
  })

  test('is null where there was none', async () => {
    const channel = await execute(used.session, 'true')
    await finish(channel)
    expect(channel.getExitSignal()).toEqual([0, null, null, null])
  })
})

describe('exit', () => {
  test('tells a code', async () => {
    const channel = await execute(used.session, 'exit 3')
    expect(await complete(() => channel.exit())).toEqual(exited(3))
  })

  test('tells a code of 0', async () => {
    const channel = await execute(used.session, 'true')
    expect(await complete(() => channel.exit())).toEqual(exited(0))
  })

  test('tells a signal', async () => {
    const channel = await execute(used.session, 'kill -HUP $$')
    expect(await complete(() => channel.exit())).toEqual({ ...exited(0), code: null, signal: 'HUP' })
  })

  test('tells that there was nothing to tell', async () => {
    const channel = await open()
    await complete(() => channel.close())
    expect(await complete(() => channel.exit())).toEqual({ ...exited(0), code: null })
  })
})

describe('setenv', () => {
  test('sets a variable that the server accepts', async () => {
    const channel = await open()
    expect(await complete(() => channel.setenv('GREETING', 'grüezi'))).toBe(0)
    await complete(() => channel.execute('printf %s "$GREETING"'))
    expect(text(await readAll(channel))).toBe('grüezi')
  })

  test('throws a ChannelError where the server refuses, and the channel stays usable', async () => {
    const channel = await open()
    const error = await rejection(complete(() => channel.setenv('LD_PRELOAD', 'x')))
    expect(error).toBeInstanceOf(ChannelError)
    expect(error).toMatchObject({ errno: -22, code: 'ERR_LIBSSH2_CHANNEL_REQUEST_DENIED' })
    await complete(() => channel.execute('echo "[$LD_PRELOAD]"'))
    expect(text(await readAll(channel))).toBe('[]\n')
  })
})

describe('processStartup', () => {
  test('exec takes the command as its message', async () => {
    const channel = await open()
    await complete(() => channel.processStartup('exec', 'echo started'))
    expect(text(await readAll(channel))).toBe('started\n')
  })

  test.each([[undefined], [null]])('shell takes no message (%s)', async (message) => {
    const channel = await open()
    await complete(() => channel.processStartup('shell', message))
    await complete(() => channel.write('echo from a shell; exit 4\n'))
    expect(text(await readAll(channel))).toContain('from a shell')
    await finish(channel)
    expect(channel.getExitStatus()).toBe(4)
  })

  test('of a type that the server does not know is refused', async () => {
    const channel = await open()
    expect(await rejection(complete(() => channel.processStartup('dance', 'waltz')))).toMatchObject({ code: 'ERR_LIBSSH2_CHANNEL_REQUEST_DENIED' })
  })
})

describe('subsystem', () => {
  test('that the server does not have is refused', async () => {
    const channel = await open()
    expect(await rejection(complete(() => channel.subsystem('sftp')))).toBeInstanceOf(ChannelError)
  })
})
