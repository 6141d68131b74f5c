/** The normal form of a host's name or address, under which its keys are looked up: lower case, without a final dot and brackets, and with one spelling for each address. */
export function normalHost(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/s, '$1')
  const zone = /^([0-9a-f:.]+)(%.+)$/i.exec(bare)
  const address = zone?.[1] ?? bare
  const normal = parsed(address.includes(':') ? `[${address}]` : address) ?? address.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  const plain = normal.replace(/^\[(.*)\]$/s, '$1').replace(/(.)\.$/s, '$1')
  return (mapped(plain) ?? plain) + (zone?.[2] ?? '')
}

function parsed(host: string): string | undefined {
  if (!/^[\w.:[\]-]+$/.test(host)) return undefined
  try {
    return new URL(`http://${host}/`).hostname
  } catch {
    return undefined
  }
}

/** The IPv4 address that an IPv6 one contains (RFC 4291 section 2.5.5.2). */
function mapped(address: string): string | undefined {
  const words = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address)
  if (!words) return undefined
  const [high, low] = [parseInt(words[1]!, 16), parseInt(words[2]!, 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
