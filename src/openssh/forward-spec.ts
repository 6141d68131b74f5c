/** One end of a forwarding: a TCP address or a Unix domain socket. */
export type ForwardEnd = { readonly host?: string, readonly port: number } | { readonly path: string }

/** A forwarding as described by `-L`, `-R` or `-D` of ssh(1). */
export interface Forward {
  /** The listening address. Without a host: the loopback interface; `*` or an empty host: all interfaces. */
  readonly listen: ForwardEnd
  /** The destination; missing if each connection names its own (SOCKS). */
  readonly connect?: ForwardEnd
}

/** `local` and `remote` have a destination (`remote` may omit it), `dynamic` has none. */
export type ForwardKind = 'local' | 'remote' | 'dynamic'

/**
 * Reads `[bind_address:]port:host:hostport` with its variations for Unix sockets (a part that begins with `/`), IPv6 addresses in brackets, and
 * without a destination. Undefined for any other text. Port 0 is for `remote` only: the server then chooses one.
 */
export function parseForward(text: string, kind: ForwardKind): Forward | undefined {
  const fields = splitFields(text)
  if (fields === undefined) return undefined
  const dynamic = kind === 'dynamic' || (kind === 'remote' && splitsAsListen(fields))
  for (const listenLength of [1, 2]) {
    const listen = readEnd(fields.slice(0, listenLength), kind === 'remote' ? 0 : 1)
    const rest = fields.slice(listenLength)
    if (!listen) continue
    if (dynamic && rest.length === 0) return { listen }
    const connect = dynamic ? undefined : readEnd(rest, 1)
    if (connect && ('path' in connect || connect.host)) return { listen, connect }
  }
  return undefined
}

/** Fields between colons; brackets protect the colons of an IPv6 address and are removed. */
function splitFields(text: string): string[] | undefined {
  const fields: string[] = []
  for (let rest: string | undefined = text; rest !== undefined;) {
    const [whole, bracketed, plain, colon]: RegExpExecArray | [] = /^(?:\[([^\]]*)\]|([^:[\]]*))(:|$)/.exec(rest) ?? []
    if (whole === undefined) return undefined
    fields.push(bracketed ?? plain!)
    rest = colon === ':' ? rest.slice(whole.length) : undefined
  }
  return fields.length <= 4 ? fields : undefined
}

function splitsAsListen(fields: readonly string[]): boolean {
  return readEnd(fields, 0) !== undefined
}

function readEnd(fields: readonly string[], lowestPort: number): ForwardEnd | undefined {
  if (fields.length === 1 && fields[0]!.startsWith('/')) return { path: fields[0]! }
  const text = fields.at(-1)
  if (fields.length === 0 || fields.length > 2 || !/^\d{1,5}$/.test(text!)) return undefined
  const port = Number(text)
  if (port < lowestPort || port > 65535) return undefined
  if (fields.length === 1) return { port }
  return fields[0]!.startsWith('/') ? undefined : { host: fields[0]!, port }
}

/** As `ssh -G` shows it. */
export function formatEnd(end: ForwardEnd): string {
  if ('path' in end) return end.path
  return end.host === undefined ? String(end.port) : `[${end.host}]:${end.port}`
}

export function formatForward({ listen, connect }: Forward): string {
  return connect ? `${formatEnd(listen)} ${formatEnd(connect)}` : formatEnd(listen)
}
