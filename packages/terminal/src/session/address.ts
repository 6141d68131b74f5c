/** A host for people, as ssh writes it: with a port other than 22, and brackets around IPv6. */
export function address(host: string, port: number): string {
  const name = host.includes(':') ? `[${host}]` : host
  return port === 22 ? host : `${name}:${port}`
}
