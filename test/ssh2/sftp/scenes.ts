/// Programs with the SFTP of a server in memory, for the drop-in and for npm ssh2.
import type { Readable, Writable } from 'node:stream'
import type { Client, SFTPWrapper } from 'ssh2'
import type { Program } from '../same.ts'
import { connected, ended, OURS, type Ssh2, Transcript } from '../transcript.ts'
import { type MemoryOptions, type MemoryServer, startMemoryServer } from './memory-server.ts'

/** What the server's file has, if the options do not say it. */
export const CONTENT = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i * 7 ^ i >> 8))

export type Note = Transcript['note']
export type Scene = (sftp: SFTPWrapper, note: Note, server: MemoryServer, client: Client) => Promise<void>

/** A program that has SFTP of such a server. */
export const having = (options: MemoryOptions, scene: Scene): Program => async (ssh2: Ssh2, transcript) => {
  const server = await startMemoryServer({ content: CONTENT, ...options })
  const client = await connected(ssh2, server.to)
  client.setNoDelay(true)
  const sftp = await new Promise<SFTPWrapper>((resolve, reject) => { client.sftp((error, opened) => error ? reject(error) : resolve(opened)) })
  await scene(sftp, (...what) => transcript.note(...what), server, client)
  if (!(client as unknown as { _sock: { destroyed: boolean } })._sock.destroyed) await ended(client)
  await server.stop()
}
/** A program that only the drop-in runs, and what it notes. */
export async function ours(options: MemoryOptions, scene: Scene): Promise<readonly string[]> {
  const transcript = new Transcript()
  await having(options, scene)(OURS, transcript)
  return transcript.lines
}

/** What the types of `ssh2` do not name. */
export const part = (stream: object, name: string) => (stream as Record<string, unknown>)[name]
/** Notes a stream's events; a writer's `finish` comes only here. */
export function follow(stream: Readable | Writable, note: Note, finish = false): void {
  for (const name of ['open', 'ready', 'end', 'error', 'close', ...finish ? ['finish'] : []]) stream.on(name, (...given: unknown[]) => note(name, ...given))
}
/** Calls a method whose last argument is a callback; what it told, and how often it was called once the server has answered what was asked behind it. */
export async function told(sftp: SFTPWrapper, method: 'fastGet' | 'fastPut' | 'appendFile' | 'open', ...given: unknown[]): Promise<[calls: () => number, ...results: unknown[]]> {
  let calls = 0
  const results = await new Promise<unknown[]>((resolve) => {
    (sftp[method] as (...given: unknown[]) => void)(...given, (...results: unknown[]) => {
      calls++
      resolve(results)
    })
  })
  return [() => calls, ...results]
}
export const answered = (sftp: SFTPWrapper) => new Promise<void>((resolve) => { sftp.stat('/x', () => resolve()) })
export const named = (options: unknown) => typeof options !== 'object' || options === null ? String(options) : `{ ${Object.entries(options).map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`).join(', ')} }`
export const fails = (name: RegExp, code = 4): MemoryOptions => ({ status: (request) => name.test(request.name) ? code : undefined })
