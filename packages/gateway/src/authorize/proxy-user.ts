import { type Authorize, refuse } from '../policy/authorize.ts'
import { inRange, parseAddress, parseRange } from '../policy/address.ts'

export interface ProxyUserOptions {
  /** The header in which the proxy names the user. */
  readonly header: string
  /** The addresses of the proxy, e.g. `10.0.0.0/8`: from any other address the header is ignored. */
  readonly from: readonly string[]
}

/**
 * A proxy in front of the gateway has logged the user in, and names the user in a header, which it must remove from clients' requests. @throws
 * TypeError for invalid ranges.
 */
export function proxyUser({ header, from }: ProxyUserOptions): Authorize {
  const name = header.toLowerCase()
  const ranges = from.map((text) => parseRange(text) ?? (() => { throw new TypeError(`not a range of addresses: ${text}`) })())
  if (ranges.length === 0) throw new TypeError('proxyUser needs the addresses of the proxy')
  return ({ headers, peer }) => {
    const address = parseAddress(peer)
    if (!address || !ranges.some((range) => inRange(address, range))) return refuse('not from the proxy')
    const user = headers[name]?.trim()
    return user ? { user } : refuse('the proxy named no user')
  }
}
