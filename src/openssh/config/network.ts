import { BlockList, isIP } from 'node:net'
import { ConfigLineError } from './line.ts'

/**
 * Whether one of the addresses is in one of the networks of a list, `10.0.0.0/8,fd00::/8`, and in none of those that begin with `!`. @throws
 * ConfigLineError for an invalid network
 */
export function isInNetworks(addresses: readonly string[], list: string): boolean {
  const networks = list.split(',').map(parseNetwork)
  const inside = (address: string) => {
    const [wanted, unwanted] = [false, true].map((negated) => networks.filter((network) => network.negated === negated).some(({ block }) => contains(block, address)))
    return wanted === true && unwanted === false
  }
  return addresses.some(inside)
}

function parseNetwork(text: string): { readonly block: BlockList, readonly negated: boolean } {
  const negated = text.startsWith('!')
  const [address = '', digits, ...more] = text.slice(negated ? 1 : 0).split('/')
  const family = isIP(address)
  const longest = family === 4 ? 32 : 128
  const length = digits === undefined ? longest : /^\d{1,3}$/.test(digits) ? Number(digits) : -1
  if (family === 0 || more.length > 0 || length < 0 || length > longest) throw new ConfigLineError(`not a network: ${JSON.stringify(text)}`)
  const block = new BlockList()
  block.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6')
  return { block, negated }
}

function contains(block: BlockList, address: string): boolean {
  const family = isIP(address)
  return family !== 0 && block.check(address, family === 4 ? 'ipv4' : 'ipv6')
}
