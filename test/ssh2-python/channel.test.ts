/// The behaviours of ssh2-python's tests/test_channel.py, tests/test_ssh2.py and tests/test_multithreading.py; docs/ssh2-python.md is the table.
import { expect, test } from 'vitest'
import { Channel, Session } from '../../src/bindings/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { execute, finish, openSession, readAll, text } from '../support/session.ts'
import { useSession } from '../support/use-session.ts'

const used = useSession({ config: ['AcceptEnv LC_*'] })
const complete = <T>(call: () => T) => used.session.complete(call)
const open = () => complete(() => used.session.openSession())

/** What ssh2-python reads with one `read()` in blocking mode: the first bytes that come. */
async function firstRead(channel: Channel, streamId = 0): Promise<string> {
  const [size, data] = await complete(() => channel.readEx(1024, streamId))
  expect(size).toBe(data.length)
  return text(data)
}

test('test_init: a channel knows its session', async () => {
  const channel = await open()
  expect(channel).toBeInstanceOf(Channel)
  expect(channel.session).toBeInstanceOf(Session)
  expect(channel.session).toBe(used.session)
})

test('test_execute: a command runs, its output is read, and it ends', async () => {
  const channel = await open()
  expect(await complete(() => channel.execute('echo me'))).toBe(0)
  expect(await firstRead(channel)).toBe('me\n')
  expect(await complete(() => channel.waitEof())).toBe(0)
  expect(await complete(() => channel.waitClosed())).toBe(0)
})

test('test_exit_code: the exit status is known after waitEof, close and waitClosed', async () => {
  const channel = await execute(used.session, 'exit 2')
  await complete(() => channel.waitEof())
  await complete(() => channel.close())
  await complete(() => channel.waitClosed())
  expect(channel.getExitStatus()).toBe(2)
})

test('test_long_running_execute: waitEof waits as long as the command runs', async () => {
  const channel = await execute(used.session, 'sleep 1; exit 3')
  const begin = performance.now()
  expect(await complete(() => channel.waitEof())).toBe(0)
  expect(performance.now() - begin).toBeGreaterThan(800)
  expect(await complete(() => channel.close())).toBe(0)
  expect(await complete(() => channel.waitClosed())).toBe(0)
  expect(channel.getExitStatus()).toBe(3)
})

test('test_read_stderr: stderr is read by itself', async () => {
  const channel = await execute(used.session, 'echo "stderr output" >&2')
  const [size, data] = await complete(() => channel.readStderr())
  expect([size, text(data)]).toEqual([14, 'stderr output\n'])
})

test('test_pty: with a PTY, stderr comes out of stdout', async () => {
  const channel = await open()
  expect(await complete(() => channel.pty())).toBe(0)
  await complete(() => channel.execute('echo "stderr output" >&2'))
  expect(await firstRead(channel)).toBe('stderr output\r\n')
})

test('test_pty_failure: a PTY on a connection that has been closed is an error of the socket', async () => {
  const transport = await connectTcp(used.server)
  const session = await openSession(used.server, { transport })
  const channel = await session.complete(() => session.openSession())
  await transport.close?.()
  await expect(session.complete(() => channel.pty())).rejects.toMatchObject({ name: 'DisconnectError' })
  session.free()
})

test.each(['write', 'writeEx'] as const)('test_write_stdin, test_write_ex: %s sends to stdin, and the echo is read', async (how) => {
  const channel = await execute(used.session, 'cat')
  const line = 'writing to stdin\n'
  const result = await complete(() => how === 'write' ? channel.write(line) : channel.writeEx(0, line))
  expect(result).toEqual([line.length, line.length])
  // There, close() alone; but then the server may drop what the command has still to say.
  await complete(() => channel.sendEof())
  expect(await firstRead(channel)).toBe(line)
  expect(await complete(() => channel.waitEof())).toBe(0)
  expect(channel.eof()).toBe(true)
  expect(await complete(() => channel.close())).toBe(0)
  expect(await complete(() => channel.waitClosed())).toBe(0)
})

test('test_write_stderr: extended data can be sent', async () => {
  const channel = await execute(used.session, 'cat; echo something')
  expect((await complete(() => channel.writeStderr('stderr\n')))[1]).toBe(7)
  expect(await complete(() => channel.close())).toBe(0)
})

test('test_setenv: a variable that the server accepts is in the environment', async () => {
  const channel = await open()
  expect(await complete(() => channel.setenv('LC_MY_VAR', 'value'))).toBe(0)
  await complete(() => channel.execute('env | grep LC_MY_VAR'))
  expect(await firstRead(channel)).toBe('LC_MY_VAR=value\n')
})

test.each([
  ['shell', (channel: Channel) => channel.shell()],
  ['processStartup', (channel: Channel) => channel.processStartup('shell')],
])('test_shell, test_process_startup: %s starts a shell that runs what is written', async (_, start) => {
  const channel = await open()
  expect(await complete(() => start(channel))).toBe(0)
  await complete(() => channel.write('echo me\n'))
  expect(await firstRead(channel)).toBe('me\n')
  expect(await complete(() => channel.close())).toBe(0)
  expect(await complete(() => channel.waitEof())).toBe(0)
})

test('test_process_startup: exec takes a command', async () => {
  const channel = await open()
  expect(await complete(() => channel.processStartup('exec', 'echo me'))).toBe(0)
  expect(await firstRead(channel)).toBe('me\n')
  expect(await complete(() => channel.close())).toBe(0)
})

test('test_agent_forwarding: can be asked for', async () => {
  const channel = await open()
  expect(await complete(() => channel.requestAuthAgent())).toBe(0)
})

test('test_execute_in_thread: ten clients with five commands at once each get their own answers', async () => {
  for (let i = 0; i < 10; i++) {
    const session = await openSession(used.server)
    const all = await Promise.all(Array.from({ length: 5 }, async (_, j) => {
      const channel = await execute(session, `echo "${i} ${j}"; exit ${j}`)
      const [out, err] = [text(await readAll(channel)), text(await readAll(channel, 1))]
      await finish(channel)
      return [channel.getExitStatus(), out, err]
    }))
    expect(all).toEqual([0, 1, 2, 3, 4].map((j) => [j, `${i} ${j}\n`, '']))
    await session.close()
  }
}, 60_000)
