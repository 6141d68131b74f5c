/// What nassh (the SSH client of Chrome OS) needs from a corp-relay-v4 relay, beyond its frames.
import type { IncomingHttpHeaders } from 'node:http'
import { fromBase64url, type Resume, SECRET_LENGTH } from 'libssh2-wasm/gateway-protocol'

/** `/v4/connect?host=&port=` as the equivalent path, or `/v4/reconnect?sid=&ack=` as resumption data. */
export function nasshPath(path: string): { readonly path: string, readonly resume?: Resume | undefined } | undefined {
  const [, verb, query = ''] = /^\/v4\/(connect|reconnect)\?([^#]*)$/.exec(path) ?? []
  if (verb === undefined) return undefined
  const values = new URLSearchParams(query)
  if (verb === 'connect') return { path: `/tcp/${encodeURIComponent(values.get('host') ?? '')}/${values.get('port') ?? ''}` }
  const [id = '', secret = ''] = (values.get('sid') ?? '').split('.')
  const bytes = fromBase64url(secret)
  const received = Number(values.get('ack'))
  // An invalid id is looked up like any other, and not found.
  return { path: '/v4/reconnect', resume: { id, secret: bytes?.length === SECRET_LENGTH ? bytes : new Uint8Array(SECRET_LENGTH), received: Number.isSafeInteger(received) && received >= 0 ? received : -1 } }
}

/** `/cookie?version=2&method=js-redirect`: a relay's login, which this one does not have. The answer says that this server is the relay. */
export function nasshRequest(url: string, headers: IncomingHttpHeaders): { readonly status: number, readonly headers: Record<string, string>, readonly body: string } | undefined {
  const [path, query = ''] = url.split('?')
  if (path !== '/cookie') return undefined
  const values = new URLSearchParams(query)
  const endpoint = headers.host ?? ''
  if (values.get('version') !== '2') return { status: 400, headers: {}, body: '' }
  const answer = JSON.stringify({ endpoint })
  const type = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  return values.get('method') === 'js-redirect' || values.get('method') === 'direct'
    ? { status: 200, headers: type, body: `)]}'\n${answer}` }
    : { status: 400, headers: {}, body: '' }
}
