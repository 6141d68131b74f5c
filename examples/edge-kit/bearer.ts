/// Who may call a Worker of this kit: requests that carry its token.

/** Shorter ones could be guessed. */
const SHORTEST = 16

/** The prefix of the token as a WebSocket subprotocol, in base64url: pages cannot set headers. */
export const TOKEN_PROTOCOL = 'token.'

/**
 * Whether the request carries `token`, as `Authorization: Bearer …` or as a WebSocket subprotocol. The comparison takes the same time for every wrong token.
 * @throws TypeError if the Worker has no token that is long enough: then nobody gets in.
 */
export async function authorized(request: Request, token: string | undefined): Promise<boolean> {
  if (typeof token !== 'string' || token.length < SHORTEST) throw new TypeError(`API_TOKEN needs ${SHORTEST} characters or more`)
  const [scheme = '', shown = ''] = (request.headers.get('authorization') ?? '').split(/ (.*)/s)
  const one = scheme.toLowerCase() === 'bearer' ? shown : protocolToken(request)
  return one !== undefined && sameBytes(await digest(one), await digest(token))
}

function protocolToken(request: Request): string | undefined {
  const offered = (request.headers.get('sec-websocket-protocol') ?? '').split(',').map((word) => word.trim()).find((word) => word.startsWith(TOKEN_PROTOCOL))
  if (offered === undefined) return undefined
  try {
    const binary = atob(offered.slice(TOKEN_PROTOCOL.length).replaceAll('-', '+').replaceAll('_', '/'))
    return new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)))
  } catch {
    return undefined
  }
}

const digest = async (text: string): Promise<ArrayBuffer> => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))

/** The platform's own comparison, which the types of browsers lack. */
function sameBytes(one: ArrayBuffer, other: ArrayBuffer): boolean {
  return (crypto.subtle as SubtleCrypto & { timingSafeEqual(one: ArrayBuffer, other: ArrayBuffer): boolean }).timingSafeEqual(one, other)
}
