import { afterEach, describe, expect, test } from 'vitest'
import type { Channel, PtyOptions } from '../../src/bindings/index.ts'
import { readAll, text } from '../support/session.ts'
import { useSession } from '../support/use-session.ts'

const used = useSession()
const complete = <T>(call: () => T) => used.session.complete(call)
const channels: Channel[] = []

afterEach(async () => {
  for (const channel of channels.splice(0)) await complete(() => channel.free())
})

/** Terminal modes of RFC 4254 section 8: opcode, uint32 value, …, 0. */
function encodeModes(modes: readonly (readonly [opcode: number, value: number])[]): Uint8Array {
  return Uint8Array.from([...modes.flatMap(([opcode, value]) => [opcode, 0, 0, 0, value]), 0])
}

async function withPty(options: PtyOptions): Promise<Channel> {
  const channel = await complete(() => used.session.openSession())
  channels.push(channel)
  expect(await complete(() => channel.ptyEx(options))).toBe(0)
  return channel
}

async function output(channel: Channel, command: string): Promise<string> {
  await complete(() => channel.execute(command))
  return text(await readAll(channel))
}

/** Reads until `pattern` has come. */
async function readUntil(channel: Channel, pattern: RegExp): Promise<string> {
  for (let all = ''; ;) {
    const [rc, data] = await complete(() => channel.read())
    all += text(data)
    if (pattern.test(all)) return all
    if (rc === 0) throw new Error(`the channel ended: ${all}`)
  }
}

describe('a PTY', () => {
  test('makes the command see a terminal', async () => {
    expect(await output(await withPty({}), 'test -t 0 && test -t 1 && echo terminal')).toBe('terminal\r\n')
  })

  test('has the size that was asked for', async () => {
    expect(await output(await withPty({ columns: 132, rows: 43 }), 'stty size')).toBe('43 132\r\n')
  })

  test('has 80 x 24 characters otherwise', async () => {
    expect(await output(await withPty({}), 'stty size')).toBe('24 80\r\n')
  })

  test('sets TERM', async () => {
    expect(await output(await withPty({ term: 'xterm-256color' }), 'echo $TERM')).toBe('xterm-256color\r\n')
  })

  test('is a vt100 otherwise', async () => {
    const channel = await complete(() => used.session.openSession())
    channels.push(channel)
    await complete(() => channel.pty())
    expect(await output(channel, 'echo $TERM')).toBe('vt100\r\n')
  })

  test('takes modes: ECHO off and ONLCR off', async () => {
    const modes = encodeModes([[53, 0], [72, 0]])
    expect(await output(await withPty({ modes }), 'stty -a')).toMatch(/ -onlcr .*\s-echo /s)
  })

  test('mixes stderr into stdout', async () => {
    expect(await output(await withPty({}), 'echo out; echo err >&2')).toBe('out\r\nerr\r\n')
  })
})

describe('ptySize', () => {
  test('resizes the terminal of what runs, which gets SIGWINCH', async () => {
    const channel = await withPty({ columns: 80, rows: 24 })
    await complete(() => channel.execute("trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.05; done"))
    await readUntil(channel, /ready/)
    expect(await complete(() => channel.ptySize(100, 50))).toBe(0)
    expect(text(await readAll(channel))).toBe('50 100\r\n')
  })
})

describe('a shell', () => {
  test('runs what is typed, and knows control characters', async () => {
    const channel = await withPty({})
    expect(await complete(() => channel.shell())).toBe(0)
    await complete(() => channel.write("PS1='$ '; echo ready-$((1 + 1))\n"))
    await readUntil(channel, /ready-2/)
    await complete(() => channel.write("sh -c 'echo sleeping-$((2 + 2)); exec sleep 100'\n"))
    await readUntil(channel, /sleeping-4/)
    // The line discipline turns ^C into SIGINT, for whoever has the terminal at that moment.
    await complete(() => channel.write('\x03'))
    await complete(() => channel.write('exit 9\n'))
    await readAll(channel)
    await complete(() => channel.waitClosed())
    expect(channel.getExitStatus()).toBe(9)
  })

  test('without a PTY reads commands from stdin', async () => {
    const channel = await complete(() => used.session.openSession())
    channels.push(channel)
    await complete(() => channel.shell())
    await complete(() => channel.write('tty || echo no terminal\n'))
    await complete(() => channel.sendEof())
    expect(text(await readAll(channel))).toContain('no terminal')
  })
})
