/// The service worker of a preview's own origin: answers each request of the previewed pages from a web server behind the SSH session. The frame around them (shell.ts)
/// gives it the connections. It keeps nothing but cookies.
import { borrowStream } from '../session/lent-stream.ts'
import { CookieJar } from './cookies.ts'
import { HttpConnection } from './http1/connection.ts'
import { decoded, NO_BODY } from './http1/content.ts'
import { HttpError } from './http1/http-error.ts'
import { type PreviewTarget, SHELL } from './names.ts'

interface ServiceWorkerScope {
  readonly clients: { matchAll(options: { includeUncontrolled: boolean }): Promise<readonly { readonly url: string, postMessage(message: unknown, transfer: Transferable[]): void }[]>, claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: { waitUntil(work: Promise<unknown>): void }) => void): void
  addEventListener(type: 'fetch', listener: (event: { readonly request: Request, respondWith(answer: Promise<Response>): void }) => void): void
}

const worker = globalThis as unknown as ServiceWorkerScope
const origin = globalThis.location.origin
/** Connections that may wait for another request. */
const MOST_IDLE = 6
const COOKIES = `${origin}${SHELL}cookies`
/** Those of one hop (RFC 9110 section 7.6.1), and what would keep a page from being shown in the frame. */
const NOT_PASSED_ON = new Set(['connection', 'keep-alive', 'proxy-authenticate', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'content-encoding', 'content-length', 'set-cookie', 'x-frame-options', 'strict-transport-security'])

const idle: HttpConnection[] = []
let jar: Promise<CookieJar> | undefined

worker.addEventListener('install', (event) => event.waitUntil(worker.skipWaiting()))
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()))
worker.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  if (url.origin === origin && !url.pathname.startsWith(SHELL)) event.respondWith(answer(event.request, url).catch(sorry))
})

async function cookies(): Promise<CookieJar> {
  jar ??= caches.match(COOKIES).then(async (kept) => new CookieJar(await kept?.text()))
  return jar
}

/** A connection of the session, from the frame's terminal. */
async function open(): Promise<{ connection: HttpConnection, target: PreviewTarget }> {
  const shell = (await worker.clients.matchAll({ includeUncontrolled: true })).find(({ url }) => new URL(url).pathname.startsWith(SHELL))
  if (!shell) throw new Error('the terminal that showed this page has gone')
  const { port1, port2 } = new MessageChannel()
  const { port1: mine, port2: theirs } = new MessageChannel()
  const opened = new Promise<PreviewTarget>((resolve, reject) => {
    mine.onmessage = ({ data }: MessageEvent<PreviewTarget | { readonly error: string }>) => 'error' in data ? reject(new Error(data.error)) : resolve(data)
  })
  shell.postMessage('open', [theirs, port2])
  const target = await opened
  lastTarget = target
  return { connection: new HttpConnection(borrowStream(port1)), target }
}

let lastTarget: PreviewTarget | undefined

async function answer(request: Request, url: URL): Promise<Response> {
  const body = ['GET', 'HEAD'].includes(request.method) ? undefined : new Uint8Array(await request.arrayBuffer())
  const kept = lastTarget && keptConnection()
  if (kept && lastTarget) {
    const again = await exchange(kept, lastTarget, request, url, body).catch((error: unknown) => {
      // The server has closed it meanwhile; a request that changes something is not sent twice (RFC 9112 section 9.3.1).
      if (body || !(error instanceof HttpError) || error.code !== 'UNANSWERED') throw error
    })
    if (again) return again
  }
  const { connection, target } = await open()
  return exchange(connection, target, request, url, body)
}

/** One that the server has not closed since, as far as this side knows. */
function keptConnection(): HttpConnection | undefined {
  for (let one = idle.pop(); one; one = idle.pop()) {
    if (one.reusable) return one
    one.end()
  }
  return undefined
}

async function exchange(connection: HttpConnection, { host, port }: PreviewTarget, request: Request, url: URL, body: Uint8Array | undefined): Promise<Response> {
  const authority = `${host.includes(':') ? `[${host}]` : host}${port === 80 ? '' : `:${port}`}`
  const there = `http://${authority}`
  const path = `${url.pathname}${url.search}`
  const held = (await cookies()).header(url.pathname, Date.now())
  const headers = [...request.headers].filter(([name]) => !['host', 'connection', 'accept-encoding', 'content-length', 'cookie'].includes(name)).map(([name, value]) => `${name}: ${value.replaceAll(origin, there)}`)
  const answered = await connection.send([
    `${request.method} ${path} HTTP/1.1`, `host: ${authority}`, 'accept-encoding: identity', ...headers,
    ...held === '' ? [] : [`cookie: ${held}`],
    // A browser adds these itself, after this worker.
    ...['GET', 'HEAD'].includes(request.method) ? [] : [`origin: ${there}`, `content-length: ${body?.length ?? 0}`],
    ...request.referrer.startsWith(origin) ? [`referer: ${request.referrer.replace(origin, there)}`] : [],
  ], body, request.method, () => {
    if (connection.reusable && idle.length < MOST_IDLE) idle.push(connection)
    else connection.end()
  })
  await store(answered.headers, url.pathname)
  const passed = new Headers()
  for (const [name, value] of answered.headers) if (!NOT_PASSED_ON.has(name)) passed.append(name, name === 'location' ? value.replace(there, origin) : value)
  const { status, statusText } = answered
  if (request.method === 'HEAD' || NO_BODY.has(status)) {
    // Reading its end makes the connection free.
    await answered.body.pipeTo(new WritableStream())
    return new Response(null, { status, statusText, headers: passed })
  }
  return new Response(decoded(answered), { status, statusText, headers: passed })
}

async function store(headers: readonly (readonly [string, string])[], path: string): Promise<void> {
  const set = headers.filter(([name]) => name === 'set-cookie')
  if (set.length === 0) return
  const kept = await cookies()
  for (const [, value] of set) kept.set(value, path, Date.now())
  await (await caches.open('libssh2-wasm-preview')).put(COOKIES, new Response(String(kept)))
}

function sorry(error: unknown): Response {
  return new Response(`This page could not be fetched through the SSH session: ${error instanceof Error ? error.message : String(error)}.\n`, { status: 502, headers: { 'content-type': 'text/plain; charset=utf-8' } })
}
