/** Whether PermitRemoteOpen allows the server's SOCKS clients to reach an address from here. */
export function isPermitted({ host, port }: { readonly host: string, readonly port: number }, places: readonly string[] | 'any'): boolean {
  if (places === 'any') return true
  return places.some((place) => {
    const [, bracketed, plain, wanted] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d+|\*)$/.exec(place) ?? []
    const name = bracketed ?? plain
    return (name === '*' || name === host) && (wanted === '*' || Number(wanted) === port)
  })
}
