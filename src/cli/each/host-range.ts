/** The most hosts that one word may expand to. */
const MOST = 100_000

/** The hosts that `web[01-20].example`, `db[1,3,7-9]` and `{a,b}.example` expand to; a word without brackets stands for itself. @throws RangeError for invalid ranges */
export function expandHosts(word: string): string[] {
  const [whole, before, list, braces, after] = /^([^[{]*)(?:\[([^\]]*)\]|\{([^}]*)\})([\s\S]*)$/.exec(word) ?? []
  if (whole === undefined) return [word]
  // An IPv6 address in brackets is not a range.
  if (list !== undefined && /^[0-9a-f:.%]*:[0-9a-f:.%]*$/i.test(list)) return [word]
  const middles = list === undefined ? braces!.split(',') : list.split(',').flatMap(expandRange)
  const behind = expandHosts(after!)
  if (middles.length * behind.length > MOST) throw new RangeError(`${JSON.stringify(word)} stands for more than ${MOST} hosts`)
  return middles.flatMap((middle) => behind.map((rest) => `${before}${middle}${rest}`))
}

function expandRange(part: string): string[] {
  const [, from, to] = /^(\d{1,9})-(\d{1,9})$/.exec(part) ?? []
  if (from === undefined || to === undefined) {
    if (!/^[\w.]+$/.test(part)) throw new RangeError(`not a range of hosts: ${JSON.stringify(part)}`)
    return [part]
  }
  const count = Number(to) - Number(from) + 1
  if (count < 1 || count > MOST) throw new RangeError(`not a range of hosts: ${JSON.stringify(part)}`)
  return Array.from({ length: count }, (_, i) => String(Number(from) + i).padStart(from.length, '0'))
}
