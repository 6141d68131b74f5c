/** A host for people, as ssh writes it: the port where it is not 22, brackets around IPv6. */
export function address(host: string, port: number): string {
  const name = host.includes(':') ? `[${host}]` : host
  return port === 22 ? host : `${name}:${port}`
}
