import './limits.ts'
import type { Duplex, Readable } from 'node:stream'
import { once } from 'node:events'
import npm, { type Client, type ClientChannel, type ConnectConfig } from 'ssh2'
import ours from '../../src/ssh2/index.ts'

/** The same program on npm ssh2 and on the drop-in: `ssh2` is typed as the former, which programs are written for. */
export type Ssh2 = typeof npm
export const NPM: Ssh2 = npm
export const OURS = ours as unknown as Ssh2

export type Module = readonly [name: 'ssh2' | 'drop-in', ssh2: Ssh2]
export const MODULES: readonly Module[] = [['ssh2', NPM], ['drop-in', OURS]]

/** What happened, in order. */
export class Transcript {
  readonly lines: string[] = []

  note(...what: readonly unknown[]): void {
    this.lines.push(what.map(shown).join(' '))
  }

  /** Notes the events of a client, and of a channel. */
  follow(emitter: { on(event: string, listener: (...details: unknown[]) => void): unknown }, name: string, events: readonly string[]): void {
    for (const event of events) emitter.on(event, (...details) => this.note(name, event, ...details))
  }
}

export function shown(value: unknown): string {
  if (value instanceof Error) {
    const { level, code, reason } = value as Error & Record<string, string | number | undefined>
    return `Error(${value.message.split(/[:;]? the server|: https?|\n/)[0]}${level === undefined ? '' : `, level ${level}`}${code === undefined ? '' : `, code ${code}`}${reason === undefined ? '' : `, reason ${reason}`})`
  }
  if (Buffer.isBuffer(value)) return JSON.stringify(value.toString())
  if (typeof value === 'string') return JSON.stringify(value).slice(1, -1)
  if (typeof value === 'function') return 'function'
  if (value === undefined) return 'undefined'
  return JSON.stringify(value)
}

/** All that comes of a stream, as text. */
export async function textOf(stream: Readable | Duplex): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}

type Emitter = { once(event: string, listener: (...details: unknown[]) => void): unknown }

/** The events that end a channel, listened for since the callback that opened it: a server may have sent them in one piece with its answer. */
const ends = new WeakMap<object, Readonly<Record<string, Promise<unknown[]>>>>()

/** Waits for one event; `error` rejects only where it is not waited for. */
export function event(emitter: Emitter, name: string): Promise<unknown[]> {
  return ends.get(emitter)?.[name] ?? new Promise((resolve) => emitter.once(name, (...details) => resolve(details)))
}

/** From now on `event` gives the end of this channel, even if it has come. Call it within the callback that opened the channel. */
export function awaitEnds(channel: Emitter): void {
  ends.set(channel, { exit: event(channel, 'exit'), end: event(channel, 'end'), close: event(channel, 'close') })
}

export async function connected(ssh2: Ssh2, config: ConnectConfig): Promise<Client> {
  const client = new ssh2.Client()
  client.connect(config)
  await once(client, 'ready')
  return client
}

export async function ended(client: Client): Promise<void> {
  const closed = event(client, 'close')
  client.end()
  await closed
}

/** @param opened is called within the callback: what a server sends in one piece with its answer is told before any promise goes on. */
export const exec = (client: Client, command: string, options: object = {}, opened: (channel: ClientChannel) => void = () => {}) => new Promise<ClientChannel>((resolve, reject) => {
  client.exec(command, options, (error, channel) => {
    if (error) return reject(error)
    awaitEnds(channel)
    opened(channel)
    resolve(channel)
  })
})
