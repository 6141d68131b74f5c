import { execFileSync } from 'node:child_process'
import { isSafeHost, isSafeUser } from '../../../openssh/config/host-text.ts'
import { report } from '../../report.ts'
import type { Hosts } from '../../transfer/hosts.ts'
import { UsageError } from '../../usage-error.ts'
import type { Place } from '../place.ts'
import type { LegacyOptions } from './options.ts'
import { receive } from './receive.ts'
import { relay, runAtSource } from './relay.ts'
import { send } from './send.ts'
import { Stopped } from '../stopped.ts'

type RemotePlace = Extract<Place, { host: string }>

export interface LegacyCopy extends LegacyOptions {
  /** The host of a source copies to the other host by itself (`-R`). */
  readonly atSource: boolean
}

/** `scp -O`: copies with the protocol of the time before SFTP, which needs scp(1) on the server. @throws Stopped */
export async function copyLegacy(sources: readonly Place[], target: Place, hosts: Hosts, options: LegacyCopy): Promise<void> {
  const client = (place: RemotePlace, isSent: boolean) => hosts.client(place).catch((error: unknown) => {
    report(error)
    options.failed()
    if (!isSent) return undefined
    options.tell('lost connection')
    throw new Stopped()
  })
  for (const source of sources) {
    if ('local' in target && 'local' in source) {
      copyHere(source.local, target.local, options)
    } else if ('local' in target && 'host' in source) {
      const from = await client(source, false)
      if (from) await receive(from, source.path, target.local, options)
    } else if ('local' in source && 'host' in target) {
      await send((await client(target, true))!, source.local, target.path, sources.length > 1, options)
    } else if ('host' in source && 'host' in target) {
      await between(source, target, hosts, sources.length > 1, options)
    }
  }
}

async function between(source: RemotePlace, target: RemotePlace, hosts: Hosts, isDirectory: boolean, options: LegacyCopy): Promise<void> {
  const from = { client: await hosts.client(source), path: source.path }
  if (options.atSource) await runAtSource(from, wordOf(target), isDirectory, options)
  else await relay(from, { client: await hosts.client(target), path: target.path }, isDirectory, options)
}

/** As the shell of the source's host gets it: only the path is for that shell to expand. @throws UsageError for a host or user that it could take for more than a name */
export function wordOf({ host, options, path }: RemotePlace): string {
  const user = options.find(([name]) => name === 'User')?.[1]?.replaceAll('%%', '%')
  if (!isSafeHost(host) || (user !== undefined && (!isSafeUser(user) || /[\s#]/.test(user)))) throw new UsageError(`not a target for -R: ${JSON.stringify(user === undefined ? host : `${user}@${host}`)}`)
  return `${user === undefined ? '' : `${user}@`}${host.includes(':') ? `[${host}]` : host}:${path}`
}

/** Two local paths: scp(1) runs cp(1) too. */
function copyHere(source: string, target: string, { recursive, preserve, failed }: LegacyCopy): void {
  try {
    execFileSync('cp', [...recursive ? ['-r'] : [], ...preserve ? ['-p'] : [], '--', source, target], { stdio: ['ignore', 'inherit', 'inherit'] })
  } catch {
    failed()
  }
}
