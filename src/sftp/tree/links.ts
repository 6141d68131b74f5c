const SLASH = 0x2f

/**
 * True if a link that lies `depth` directories below the top of a tree leads to something in that tree, whatever else in the tree is a link: it is
 * relative, climbs only at its beginning, and not above the top. A `..` after a name might climb out of the target of that name.
 */
export function staysInside(target: Uint8Array, depth: number, isForeign: (name: Uint8Array | string) => boolean): boolean {
  if (target.length === 0 || target[0] === SLASH) return false
  const names = new TextDecoder('latin1').decode(target).split('/').filter((name) => name !== '' && name !== '.')
  const climbs = names.findIndex((name) => name !== '..')
  const up = climbs < 0 ? names.length : climbs
  return up <= depth && !names.slice(up).some((name) => name === '..' || isForeign(name))
}

/** True if a link leads to a directory that contains it: following it would never end. */
export function linksBack(above: readonly string[], real: string): boolean {
  return above.includes(real)
}
