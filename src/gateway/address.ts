/// The URLs of a gateway.

/** The URLs below a gateway's URL: that of its own protocol, and that of corp-relay-v4. */
export interface GatewayUrls {
  /** `/tcp/HOST/PORT` */
  readonly tcp: string
  /** `/v4/connect?host=&port=` */
  readonly v4: string
  /** `/v4/reconnect?sid=&ack=` */
  v4Resume(id: string, received: number): string
}

/** @throws TypeError for an invalid WebSocket URL, host or port. */
export function gatewayUrls(url: string | URL, host: string, port: number): GatewayUrls {
  if (typeof host !== 'string' || host === '') throw new TypeError('host must be the name or address of a server')
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new TypeError('port must be a number from 1 to 65535')
  const base = new URL(url, (globalThis as { location?: { href?: string } }).location?.href)
  const scheme = SCHEMES[base.protocol]
  if (scheme === undefined) throw new TypeError(`the URL of a gateway begins with wss:, ws:, https: or http:, not ${base.protocol}`)
  const prefix = `${scheme}//${base.host}${base.pathname.replace(/\/+$/, '')}`
  const query = (path: string, values: Record<string, string>) => {
    const search = new URLSearchParams(base.search)
    for (const [name, value] of Object.entries(values)) search.set(name, value)
    return `${prefix}${path}?${search.toString()}`
  }
  return {
    tcp: `${prefix}/tcp/${encodeURIComponent(host)}/${port}${base.search}`,
    v4: query('/v4/connect', { host, port: String(port) }),
    v4Resume: (id, received) => query('/v4/reconnect', { sid: id, ack: String(received) }),
  }
}

const SCHEMES: Readonly<Record<string, string>> = { 'ws:': 'ws:', 'wss:': 'wss:', 'http:': 'ws:', 'https:': 'wss:' }
