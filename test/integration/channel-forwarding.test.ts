import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Channel, ChannelError, LIBSSH2_ERROR_EAGAIN } from '../../src/bindings/index.ts'
import { execute, readAll, text } from '../support/session.ts'
import { useSession } from '../support/use-session.ts'
import { rejection } from '../support/within.ts'

const xauth = existsSync('/usr/bin/xauth')
if (!xauth) console.warn('skipped: X11 forwarding at a real sshd: /usr/bin/xauth is not there (scripts/install-peers.sh)')

const used = useSession({ config: ['X11Forwarding yes', 'X11UseLocalhost yes', 'AllowAgentForwarding yes'] })
const complete = <T>(call: () => T) => used.session.complete(call)
const open = () => complete(() => used.session.openSession())

/** A program in the place of an X client or of ssh-add: connects to where `address` says, sends, and prints the answer. */
const python = (address: string, kind: string) => `python3 -c "
import os, socket
s = socket.socket(socket.${kind})
s.connect(${address})
s.sendall(b'question')
print(s.recv(100).decode())
"`

const toDisplay = python("('127.0.0.1', 6000 + int(os.environ['DISPLAY'].split(':')[1].split('.')[0]))", 'AF_INET')
const toAgent = python("os.environ['SSH_AUTH_SOCK']", 'AF_UNIX')

/** Answers whoever connected. */
async function answer(channel: Channel): Promise<string> {
  const [, question] = await complete(() => channel.read())
  await complete(() => channel.write('answer'))
  await complete(() => channel.free())
  return text(question)
}

describe.runIf(xauth)('x11Req', () => {
  test('gives the command a display, and this side its connections', async () => {
    const channel = await open()
    expect(await complete(() => channel.x11Req())).toBe(0)
    await complete(() => channel.execute(toDisplay))
    const incoming = await complete(() => used.session.acceptX11())
    expect(incoming.originatorHost).toBe('127.0.0.1')
    expect(incoming.originatorPort).toBeGreaterThan(0)
    expect(await answer(incoming.channel)).toBe('question')
    expect(text(await readAll(channel))).toBe('answer\n')
  })

  test('puts the screen into DISPLAY', async () => {
    const channel = await open()
    await complete(() => channel.x11Req(3))
    await complete(() => channel.execute('echo $DISPLAY'))
    expect(text(await readAll(channel))).toMatch(/:\d+\.3\n$/)
  })

  test('with a cookie of the caller gives it to xauth', async () => {
    const channel = await open()
    const cookie = '00112233445566778899aabbccddeeff'
    expect(await complete(() => channel.x11ReqEx(false, 'MIT-MAGIC-COOKIE-1', cookie, 0))).toBe(0)
    await complete(() => channel.execute('xauth list'))
    expect(text(await readAll(channel))).toContain(cookie)
  })
})

describe('requestAuthAgent', () => {
  test('has not been asked: there is no agent', async () => {
    expect(text(await readAll(await execute(used.session, 'echo "[$SSH_AUTH_SOCK]"')))).toBe('[]\n')
  })

  test('gives the command an agent socket, and this side its connections', async () => {
    const channel = await open()
    expect(await complete(() => channel.requestAuthAgent())).toBe(0)
    await complete(() => channel.execute(toAgent))
    expect(await answer(await complete(() => used.session.acceptAgent()))).toBe('question')
    expect(text(await readAll(channel))).toBe('answer\n')
  })

  test('is refused by sshd a second time', async () => {
    const channel = await open()
    expect(await rejection(complete(() => channel.requestAuthAgent()))).toBeInstanceOf(ChannelError)
  })
})

describe('accepting', () => {
  test('would block while nobody connects', () => {
    expect(used.session.acceptX11()).toBe(LIBSSH2_ERROR_EAGAIN)
    expect(used.session.acceptAgent()).toBe(LIBSSH2_ERROR_EAGAIN)
  })

  test('that was aborted takes no later connection', async () => {
    const controller = new AbortController()
    const aborted = rejection(used.session.complete(() => used.session.acceptAgent(), { signal: controller.signal }))
    controller.abort()
    await aborted
    // The agent socket of the connection is still there.
    const channel = await execute(used.session, toAgent)
    expect(await answer(await complete(() => used.session.acceptAgent()))).toBe('question')
    await readAll(channel)
  })
})
