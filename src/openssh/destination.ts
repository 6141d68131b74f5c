import type { ConfigOption } from './config/reader.ts'
import { parsePort } from './config/values.ts'

/** A text that does not name a host. */
export class DestinationError extends TypeError {}

/** A user's name on the command line, which has no tokens: `%` stands for itself, unlike in the configuration. */
export const userOption = (name: string): ConfigOption => ['User', name.replaceAll('%', '%%')]

/** Reads `[user@]host`, `ssh://[user@]host[:port]`, and `host:port`, since a name has no colon. */
export function parseDestination(text: string): { readonly host: string, readonly options: readonly ConfigOption[] } {
  if (typeof text !== 'string') throw new DestinationError('a destination must be a string')
  const uri = /^ssh:\/\/(?:([^@/]*)@)?(\[[^\]]+\]|[^:/@]+)(?::(\d+))?\/?$/.exec(text)
  if (text.startsWith('ssh://')) {
    if (!uri || (uri[3] !== undefined && parsePort(uri[3]) === undefined)) throw new DestinationError(`not a destination: ${JSON.stringify(text)}`)
    return { host: uri[2]!.replace(/^\[|\]$/g, ''), options: [...uri[1] ? [userOption(decoded(uri[1]))] : [], ...uri[3] === undefined ? [] : [['Port', uri[3]] as const]] }
  }
  const at = text.lastIndexOf('@')
  if (at === 0) throw new DestinationError(`not a destination: ${JSON.stringify(text)}`)
  const user = at > 0 ? [userOption(text.slice(0, at))] : []
  const place = text.slice(at + 1)
  const [, name, digits] = /^([^:[\]]+|\[[^\]]+\]):(\d{1,5})$/.exec(place) ?? []
  const host = (name ?? place).replace(/^\[(.*)\]$/, '$1')
  if (host === '') throw new DestinationError('a host is required')
  return { host, options: [...user, ...digits === undefined ? [] : [['Port', digits] as const]] }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new DestinationError(`not a destination: ${JSON.stringify(text)}`)
  }
}
