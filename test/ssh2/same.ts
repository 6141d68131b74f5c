import type { Client } from 'ssh2'
import { expect, test } from 'vitest'
import { record } from './table.ts'
import { event, exec, MODULES, type Ssh2, Transcript } from './transcript.ts'

export const CLIENT_EVENTS = ['connect', 'greeting', 'banner', 'ready', 'error', 'end', 'close']
export const CHANNEL_EVENTS = ['exit', 'end', 'finish', 'close', 'error']

export type Program = (ssh2: Ssh2, transcript: Transcript) => Promise<void>

/** Runs a program on both, and compares what happened. `better`: what ours tells instead, where the contract says so. */
export function same(point: string, program: Program, better?: readonly string[]): void {
  test(point, async () => {
    const lines: Record<string, readonly string[]> = {}
    for (const [name, ssh2] of MODULES) {
      const transcript = new Transcript()
      await program(ssh2, transcript)
      lines[name] = transcript.lines
    }
    if (better) expect(lines['drop-in']).toEqual(better)
    else expect(finishLast(lines['drop-in']!)).toEqual(finishLast(inOrder(lines['ssh2']!)))
    record(point, better ? 'better' : 'equal', lines['ssh2']!, lines['drop-in']!)
  }, 60_000)
}

/** Servers send the exit and the end of the output at about the same time; with us the exit comes first, always, and of npm's order nothing is said. */
function inOrder(lines: readonly string[]): string[] {
  const [end, exit] = [lines.indexOf('channel end'), lines.findIndex((line) => line.startsWith('channel exit'))]
  if (end < 0 || exit < end) return [...lines]
  return lines.toSpliced(exit, 1).toSpliced(end, 0, lines[exit]!)
}

/** `finish` is about the other direction: with npm it comes before the end or behind `close`, as packets fall. */
function finishLast(lines: readonly string[]): string[] {
  const [finish, close] = [lines.indexOf('channel finish'), lines.findIndex((line) => line.startsWith('channel close'))]
  if (finish < 0 || close < finish) return [...lines]
  return lines.toSpliced(close + 1, 0, lines[finish]!).toSpliced(finish, 1)
}

/** Starts a command, follows it to its close, and notes its output. */
export async function followed(client: Client, transcript: Transcript, command: string, options: object = {}): Promise<void> {
  let [out, err] = ['', '']
  let closed!: Promise<unknown>
  await exec(client, command, options, (channel) => {
    transcript.follow(channel, 'channel', CHANNEL_EVENTS)
    channel.on('data', (data: Buffer) => { out += String(data) })
    channel.stderr.on('data', (data: Buffer) => { err += String(data) })
    closed = event(channel, 'close')
  })
  await closed
  transcript.note('output', out, err)
}
