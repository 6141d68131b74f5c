/// IP addresses as bytes: 4 for IPv4 and for IPv4 written as IPv6, 16 for IPv6. For any runtime.

/** Strict: no octal, hexadecimal, short or decimal forms, no zone ids, no brackets. */
export function parseAddress(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseIPv6(text) : parseIPv4(text)
}

function parseIPv4(text: string): Uint8Array | undefined {
  const parts = text.split('.')
  const decimal = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
  return decimal ? Uint8Array.from(parts, Number) : undefined
}

function parseIPv6(text: string): Uint8Array | undefined {
  if (!/^[0-9a-f:.]{2,45}$/i.test(text)) return undefined
  let canonical: string
  try {
    // Every runtime's URL parser knows all legal forms and writes them as hexadecimal groups.
    canonical = new URL(`http://[${text}]/`).hostname.slice(1, -1)
  } catch {
    return undefined
  }
  const [head = [], tail] = canonical.split('::').map((half) => half === '' ? [] : half.split(':'))
  const groups = tail === undefined ? head : [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail]
  const bytes = Uint8Array.from(groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]))
  return inRange(bytes, IPV4_MAPPED) ? bytes.slice(12) : bytes
}

/** The form for a socket to connect to: never a name. */
export function formatAddress(address: Uint8Array): string {
  if (address.length === 4) return address.join('.')
  const groups = Array.from({ length: 8 }, (_, at) => (((address[at * 2] as number) << 8) | (address[at * 2 + 1] as number)).toString(16))
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1)
}

export interface AddressRange {
  readonly prefix: Uint8Array
  readonly bits: number
}

/** `ADDRESS` or `ADDRESS/BITS`. */
export function parseRange(text: string): AddressRange | undefined {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const prefix = parseAddress(address)
  if (!prefix || Number(bits ?? 0) > prefix.length * 8) return undefined
  return { prefix, bits: Number(bits ?? prefix.length * 8) }
}

export function inRange(address: Uint8Array, { prefix, bits }: AddressRange): boolean {
  if (address.length !== prefix.length) return false
  return prefix.every((byte, at) => {
    const mask = 0xff00 >> Math.min(8, Math.max(0, bits - at * 8))
    return ((byte ^ (address[at] as number)) & mask & 255) === 0
  })
}

const IPV4_MAPPED: AddressRange = { prefix: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0), bits: 96 }
const GLOBAL_UNICAST = range('2000::/3')
/** IANA's registries of special-purpose addresses (RFC 6890 and later), and the one metadata service with a public address (Azure). */
const SPECIAL = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24',
  '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3', '168.63.129.16',
  '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20',
].map(range)

function range(text: string): AddressRange {
  return parseRange(text) as AddressRange
}

/** Whether the address is on the public Internet: not loopback, private, link-local, multicast, reserved or a tunnel to such. */
export function isPublic(address: Uint8Array): boolean {
  return (address.length === 4 || inRange(address, GLOBAL_UNICAST)) && !SPECIAL.some((special) => inRange(address, special))
}
