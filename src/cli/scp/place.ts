import { parsePort } from '../../openssh/config/values.ts'
import type { ConfigOption } from '../../openssh/config/reader.ts'
import { userOption } from '../../openssh/destination.ts'
import { UsageError } from '../usage-error.ts'

/** A source or target: a local path, or a path on a host. */
export type Place =
  | { readonly local: string }
  | { readonly host: string, readonly options: readonly ConfigOption[], /** As written; empty for the directory where relative paths start. */ readonly path: string }

/**
 * Reads `path`, `[user@]host:path`, `[user@][ipv6]:path` or `scp://[user@]host[:port][/path]`. A word with a slash before the first colon is a
 * path, and so is one with a Windows drive letter.
 * @throws UsageError
 */
export function parsePlace(text: string, platform: NodeJS.Platform = process.platform): Place {
  if (/^s(cp|ftp):\/\//.test(text)) return uriPlace(text)
  if (platform === 'win32' && /^[A-Za-z]:([\\/]|$)/.test(text)) return { local: text }
  const [, user, bracketed, plain, path] = /^(?:([^/:[\]]+)@)?(?:\[([^\]]+)\]|([^/:[\]]+)):([\s\S]*)$/.exec(text) ?? []
  const host = bracketed ?? plain
  if (host === undefined || path === undefined) return { local: text }
  return { host, options: user === undefined ? [] : [userOption(user)], path }
}

function uriPlace(text: string): Place {
  const [, user, host, port, path = ''] = /^s(?:cp|ftp):\/\/(?:([^@/]+)@)?(\[[^\]]+\]|[^:/@]+)(?::(\d+))?(?:\/([\s\S]*))?$/.exec(text) ?? []
  if (host === undefined || (port !== undefined && parsePort(port) === undefined)) throw new UsageError(`not a source or target: ${JSON.stringify(text)}`)
  try {
    return {
      host: host.replace(/^\[|\]$/g, ''), path: decodeURIComponent(path),
      options: [...user === undefined ? [] : [userOption(decodeURIComponent(user))], ...port === undefined ? [] : [['Port', port] as const]],
    }
  } catch {
    throw new UsageError(`not a source or target: ${JSON.stringify(text)}`)
  }
}
