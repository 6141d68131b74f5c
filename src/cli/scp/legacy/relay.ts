import type { Client } from '../../../client/client.ts'
import type { Process } from '../../../client/process.ts'
import type { LegacyOptions } from './options.ts'
import { copyCommand, remoteCommand, show } from './peer.ts'

/** A path on a connected host. */
export interface RemotePath {
  readonly client: Client
  readonly path: string
}

/** `scp -O` from one host to another through this one (`-3`): the two sides talk to each other, and nothing is written here. */
export async function relay(from: RemotePath, to: RemotePath, isDirectory: boolean, options: LegacyOptions): Promise<void> {
  const source = await from.client.exec(remoteCommand('f', from.path, options))
  const target = await to.client.exec(remoteCommand('t', to.path, { ...options, isDirectory }))
  await Promise.all([join(source, target), join(target, source), showErrors(source), showErrors(target)])
  const ends = await Promise.all([source.exit, target.exit])
  if (ends.some(({ code }) => code !== 0)) options.failed()
}

/** `scp -R`: the host of the source runs scp. */
export async function runAtSource(from: RemotePath, target: string, isDirectory: boolean, options: Pick<LegacyOptions, 'recursive' | 'preserve' | 'failed'>): Promise<void> {
  const scp = await from.client.exec(copyCommand(from.path, target, { ...options, isDirectory }))
  await scp.stdin.getWriter().close().catch(() => {})
  await Promise.all([show(scp.stdout, process.stdout), showErrors(scp)])
  if ((await scp.exit).code !== 0) options.failed()
}

/** One side may end first: then the other one reads its end. */
async function join(source: Process, target: Process): Promise<void> {
  await source.stdout.pipeTo(target.stdin).catch(() => {})
}

const showErrors = (of: Process) => show(of.stderr, process.stderr)
