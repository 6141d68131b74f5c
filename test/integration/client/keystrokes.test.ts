// When keys are pressed, as somebody on the way to a real OpenSSH sees it.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientOf } from '../../support/client-of.ts'
import { requirePeer } from '../../support/require-peer.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import { startSshd } from '../../support/sshd.ts'
import { startTap } from '../../support/tap.ts'

/** A word typed unevenly into a shell that echoes nothing; what a watcher has seen between the first and the last key. What comes back then are PONGs. */
async function typed(server: SshServer, obscureKeystrokes: boolean | number): Promise<{ readonly sizes: number[], readonly gaps: number[], readonly answers: number }> {
  await using way = await startTap(server)
  await using client = await clientOf(server, { port: way.port })
  const word = 'obscure-keystroke-timing'
  // Where only the echo is off, sshd answers each key with IGNORE.
  await using shell = await client.exec(`stty -icanon -echo; echo ready; echo "got $(head -c ${word.length + 1})"`, { pty: true, obscureKeystrokes })
  const output = shell.stdout.pipeThrough(new TextDecoderStream() as never).getReader()
  let text = ''
  const until = async (wanted: string) => {
    while (!text.includes(wanted)) {
      const { value, done } = await output.read()
      if (done) throw new Error(`the shell has ended: ${text}`)
      text += value as unknown as string
    }
  }
  await until('ready')
  const keys = shell.stdin.getWriter()
  const from = way.toServer.length, answersBefore = way.toClient.length
  for (const [at, key] of [...word].entries()) {
    await keys.write(key)
    await sleep(1 + (at * 37) % 60)
  }
  // Chaff goes on for a second and more behind the last key.
  await sleep(700)
  const to = way.toServer.length, answers = way.toClient.length - answersBefore
  await keys.write('.')
  await until(`got ${word}.`)
  const packets = way.toServer.slice(from, to)
  return { sizes: packets.map(([, size]) => size), gaps: packets.slice(1).map(([time], at) => time - packets[at]![0]), answers }
}

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? NaN

describe.runIf(requirePeer('sshd') && requirePeer('sshd-trixie'))('obscureKeystrokes', () => {
  let server: SshServer
  beforeAll(async () => { server = await startSshd({ release: 'trixie', config: ['LogLevel DEBUG1'] }) })
  afterAll(() => server?.stop())

  it('packets of one size leave at the fixed rate, PINGs among them, whatever is typed', async () => {
    const { sizes, gaps, answers } = await typed(server, 30)
    // Some 1,400 ms: a packet at each tick, but where this machine was late; half of the ticks have no key.
    expect(answers).toBeGreaterThan(3)
    expect(gaps.length).toBeGreaterThan(8)
    expect(median(gaps)).toBeGreaterThan(25)
    // None was sent because a key was pressed: the keys are 1 to 60 ms apart, a third of them closer than 20.
    expect(gaps.filter((gap) => gap < 20).length).toBeLessThanOrEqual(gaps.length / 8)
    expect(sizes.filter((size) => size !== median(sizes)).length).toBeLessThanOrEqual(sizes.length / 4)
  })

  it('without it each key is a packet of its own at its own time', async () => {
    const { sizes, answers } = await typed(server, false)
    expect(answers).toBe(0)
    expect(sizes.length).toBeGreaterThan(12)
  })

  it('PINGs in great numbers end nothing, and a session goes on', async () => {
    await using client = await clientOf(server)
    for (let i = 0; i < 1000; i++) expect(client.session.sendPing()).toBe(0)
    expect((await client.run('echo on')).stdout).toBe('on\n')
  })

  it('a server that does not know PING gets none', async () => {
    await using old = await startSshd({ config: ['LogLevel DEBUG1'] })
    const { sizes, answers } = await typed(old, true)
    expect(answers).toBe(0)
    expect(sizes.length).toBeGreaterThan(12)
    await using client = await clientOf(old)
    expect(client.session.extensions().has('ping@openssh.com')).toBe(false)
    expect(() => client.session.sendPing()).toThrow(expect.objectContaining({ code: 'ERR_LIBSSH2_METHOD_NOT_SUPPORTED' }))
  })

  it('what cannot be meant is refused', async () => {
    await using client = await clientOf(server)
    await expect(client.shell({ obscureKeystrokes: 0.5 })).rejects.toThrow(RangeError)
    await expect(client.shell({ obscureKeystrokes: 'yes' as never })).rejects.toThrow(TypeError)
  })
})
