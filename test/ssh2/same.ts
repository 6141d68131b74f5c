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
    else expect(canonical(lines['drop-in']!)).toEqual(canonical(lines['ssh2']!))
    record(point, better ? 'better' : 'equal', lines['ssh2']!, lines['drop-in']!)
  })
}

/**
 * The order of what is independent is not compared: a server sends the exit when the process has ended, and the end of the output when its pipes are closed;
 * `finish` is about the other direction. `the exit comes before the end` in channels.test.ts holds the order that ours promises.
 */
function canonical(lines: readonly string[]): string[] {
  const others = lines.filter((line) => line !== 'channel finish')
  const finished = lines.length - others.length
  for (let at = 1; at < others.length; at++) {
    if (others[at - 1] === 'channel end' && others[at]!.startsWith('channel exit')) others.splice(at - 1, 2, others[at]!, others[at - 1]!)
  }
  return [...others, ...Array<string>(finished).fill('channel finish')]
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
