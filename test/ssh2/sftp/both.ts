import '../limits.ts'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import ssh2 from 'ssh2'
import { expect } from 'vitest'
import { Client } from '../../../src/ssh2/index.ts'
import type { SFTPWrapper } from '../../../src/ssh2/sftp/wrapper.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import type { TemporaryDirectory } from '../../support/temporary.ts'

/** What tests use of a client of either module. */
export interface EitherClient {
  connect(config: object): unknown
  sftp(callback: (error: Error | undefined, sftp: SFTPWrapper) => void): unknown
  on(event: string, listener: (...args: never[]) => void): unknown
  end(): unknown
  destroy(): unknown
}

/** The same script runs with npm `ssh2` and with the drop-in. */
export const MODULES: readonly { readonly name: string, readonly client: () => EitherClient }[] = [
  { name: 'npm ssh2', client: () => new ssh2.Client() as unknown as EitherClient },
  { name: 'the drop-in', client: () => new Client() as unknown as EitherClient },
]

/** Logs in, and opens SFTP. */
export async function openBoth(client: EitherClient, { host, port, user, keys }: Pick<SshServer, 'host' | 'port' | 'user' | 'keys'>): Promise<SFTPWrapper> {
  const ready = once(client as never, 'ready')
  client.connect({ host, port, username: user, privateKey: readFileSync(keys.ed25519.path), hostVerifier: () => true })
  await ready
  return new Promise((resolve, reject) => client.sftp((error, sftp) => error ? reject(error) : resolve(sftp)))
}

/** Calls a method whose last argument is a callback. @returns what it told, an error as `{ message, code }`; nothing for no error */
export function told(sftp: SFTPWrapper, method: keyof SFTPWrapper, ...args: unknown[]): Promise<unknown[]> {
  return new Promise((resolve) => {
    const call = sftp[method] as (...args: unknown[]) => unknown
    call.apply(sftp, [...args, (...results: unknown[]) => resolve(results.length === 1 && results[0] === undefined ? [] : results.map((result) => result instanceof Error ? { message: result.message, code: (result as { code?: unknown }).code } : result))])
  })
}

/** A script of what is done; it tells facts that must be the same with either module. */
export type Script = (sftp: SFTPWrapper, path: (name: string) => string, tell: (...facts: unknown[]) => void) => Promise<void>

/** What a script tells with the one module and with the other, in a folder that is the same at its start. */
export async function transcripts(server: SshServer, folder: TemporaryDirectory, script: Script): Promise<[theirs: unknown[], ours: unknown[]]> {
  const all: unknown[][] = []
  for (const { client: make } of MODULES) {
    rmSync(folder.path, { recursive: true, force: true })
    mkdirSync(folder.path, { recursive: true, mode: 0o755 })
    writeFileSync(folder.file('old.txt'), 'what was there before\n', { mode: 0o644 })
    mkdirSync(folder.file('directory'))
    symlinkSync('old.txt', folder.file('link'))
    const client = make()
    const facts: unknown[] = []
    try {
      await script(await openBoth(client, server), (name) => folder.file(name), (...more) => facts.push(...more))
    } finally {
      client.end()
    }
    all.push(facts)
  }
  return all as [unknown[], unknown[]]
}

/** @returns what a script tells with either module */
export async function same(server: SshServer, folder: TemporaryDirectory, script: Script): Promise<unknown[]> {
  const [theirs, ours] = await transcripts(server, folder, script)
  expect(ours).toEqual(theirs)
  return ours
}
