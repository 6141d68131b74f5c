import { formatAddress, parseAddress } from './address.ts'

/** Addresses that count as one client for limits: the owner of an IPv6 network has 2^64 addresses. */
export function clientGroup(client: string): string {
  const address = parseAddress(client)
  if (!address) return client
  return address.length === 16 ? `${formatAddress(address.fill(0, 8))}/64` : formatAddress(address)
}
