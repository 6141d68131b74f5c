import type { IncomingMessage } from 'node:http'
import { type AddressRange, inRange, parseAddress, parseRange } from '../policy/address.ts'

/** Proxies that are trusted to report the client's address. */
export class TrustedProxies {
  readonly #ranges: readonly AddressRange[]

  /** @param ranges `10.0.0.0/8`, `::1` @throws TypeError for an invalid one */
  constructor(ranges: readonly string[]) {
    this.#ranges = ranges.map((text) => {
      const range = parseRange(text)
      if (!range) throw new TypeError(`not a range of addresses: ${text}`)
      return range
    })
  }

  trusts(peer: string): boolean {
    const address = parseAddress(peer)
    return address !== undefined && this.#ranges.some((range) => inRange(address, range))
  }

  /** The last address in X-Forwarded-For that is not one of our proxies: anybody may have written the ones before it. */
  clientOf({ headers }: Pick<IncomingMessage, 'headers'>, peer: string): string {
    if (!this.trusts(peer)) return peer
    const hops = String(headers['x-forwarded-for'] ?? '').split(',').map((hop) => hop.trim()).filter((hop) => hop !== '')
    for (const hop of hops.reverse()) {
      if (!parseAddress(hop)) return peer
      if (!this.trusts(hop)) return hop
    }
    return hops.at(-1) ?? peer
  }
}
