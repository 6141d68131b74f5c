/** A cookie of the previewed server (RFC 6265). It is kept here, since a service worker's answer can set none in the browser. */
interface Cookie {
  readonly value: string
  readonly path: string
  /** Milliseconds since 1970; `null`: as long as the preview. */
  readonly expires: number | null
}

/** The cookies of one previewed server. */
export class CookieJar {
  readonly #cookies: Map<string, Cookie>

  /** @param kept the text of an earlier jar */
  constructor(kept = '[]') {
    this.#cookies = new Map(JSON.parse(kept) as [string, Cookie][])
  }

  /** @param header the value of one `Set-Cookie` */
  set(header: string, requested: string, now: number): void {
    const [pair = '', ...attributes] = header.split(';')
    const at = pair.indexOf('=')
    if (at < 1) return
    const attribute = (name: string) => attributes.map((one) => one.trim()).find((one) => one.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1)
    const path = attribute('path')?.startsWith('/') ? attribute('path') as string : requested.replace(/\/[^/]*$/, '') || '/'
    const maxAge = Number(attribute('max-age') ?? Number.NaN)
    const date = Date.parse(attribute('expires') ?? '')
    const expires = Number.isFinite(maxAge) ? now + maxAge * 1000 : Number.isFinite(date) ? date : null
    const name = pair.slice(0, at).trim()
    const key = `${name};${path}`
    if (expires !== null && expires <= now) this.#cookies.delete(key)
    else this.#cookies.set(key, { value: pair.slice(at + 1).trim(), path, expires })
  }

  /** The value of `Cookie` for a request; empty if there are none. Longer paths first. */
  header(requested: string, now: number): string {
    return [...this.#cookies].filter(([, { path, expires }]) => (expires === null || expires > now) && covers(path, requested))
      .sort(([, a], [, b]) => b.path.length - a.path.length).map(([key, { value }]) => `${key.slice(0, key.lastIndexOf(';'))}=${value}`).join('; ')
  }

  toString(): string {
    return JSON.stringify([...this.#cookies])
  }
}

/** RFC 6265 section 5.1.4. */
function covers(path: string, requested: string): boolean {
  return requested === path || (requested.startsWith(path) && (path.endsWith('/') || requested[path.length] === '/'))
}
