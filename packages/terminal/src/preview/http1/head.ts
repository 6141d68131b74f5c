import { HttpError } from './http-error.ts'
import type { Incoming } from './incoming.ts'

/** Names in lower case. A name may come several times. */
export type HttpFields = readonly (readonly [name: string, value: string])[]

export interface HttpHead {
  /** The minor version of HTTP/1. */
  readonly minor: number
  /** 100 to 599. */
  readonly status: number
  readonly statusText: string
  readonly headers: HttpFields
}

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** Lines up to an empty one. */
export class FieldLines {
  readonly #incoming: Incoming
  #left: number

  /** @param most bytes of all lines together */
  constructor(incoming: Incoming, most: number) {
    this.#incoming = incoming
    this.#left = most
  }

  async line(strict = false): Promise<string> {
    const line = await this.#incoming.line(this.#left, strict)
    this.#left -= line.length + 2
    return line
  }

  async section(strict = false): Promise<string[]> {
    const lines: string[] = []
    for (let line = await this.line(strict); line !== ''; line = await this.line(strict)) lines.push(line)
    return lines
  }
}

/** The head of one answer. Empty lines before it are passed over, as servers do before a request (RFC 9112 section 2.2). @throws HttpError */
export async function readHead(lines: FieldLines): Promise<HttpHead> {
  let first = ''
  while (first === '') first = await lines.line()
  return { ...parseStatusLine(first), headers: parseFields(await lines.section()) }
}

/** RFC 9112 section 4. The last blank is optional: many servers leave it out with the reason. */
export function parseStatusLine(line: string): Omit<HttpHead, 'headers'> {
  const [, minor, digits, reason = ''] = /^HTTP\/1\.(\d) (\d{3})(?: (.*))?$/.exec(line) ?? []
  if (digits === undefined) throw new HttpError('MALFORMED', 'what answers there is no web server of HTTP/1')
  const status = Number(digits)
  if (status < 100 || status > 599) throw new HttpError('MALFORMED', `the server sent the status ${digits}, which HTTP does not have`)
  // Clients ignore its text: one that Response would refuse is left out.
  return { minor: Number(minor), status, statusText: /^[\t\x20-\x7e\x80-\xff]*$/.test(reason) ? reason : '' }
}

/**
 * RFC 9112 section 5. A client takes blanks before the colon away (5.1), and joins a line that goes on in the next one (5.2).
 * @throws HttpError `MALFORMED` if a line is no field
 */
export function parseFields(lines: readonly string[]): HttpFields {
  const fields: [string, string][] = []
  for (const line of lines) {
    if (/^[ \t]/.test(line)) {
      const last = fields.at(-1)
      if (!last) throw new HttpError('MALFORMED', 'the server sent a header that begins with a blank')
      last[1] = `${last[1]} ${trimmed(line)}`.trimStart()
      continue
    }
    const colon = line.indexOf(':')
    const name = trimmed(line.slice(0, Math.max(0, colon)))
    if (colon < 0 || !TOKEN.test(name)) throw new HttpError('MALFORMED', 'the server sent a header without a name or a colon')
    fields.push([name.toLowerCase(), trimmed(line.slice(colon + 1))])
  }
  return fields
}

/** The members of a list (RFC 9110 section 5.6.1) over all fields of that name, in lower case. `undefined` if there is no such field. */
export function listOf(fields: HttpFields, name: string): readonly string[] | undefined {
  const values = fields.filter(([other]) => other === name).map(([, value]) => value)
  return values.length === 0 ? undefined : values.join(',').split(',').map((member) => trimmed(member).toLowerCase())
}

/** Without blanks and tabs at its ends; `trim` would take more, e.g. a no-break space. */
function trimmed(text: string): string {
  return text.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '')
}
