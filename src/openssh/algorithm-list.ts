import { matchPattern, matchPatternList } from '../host-key/known-hosts/pattern.ts'

/**
 * Applies a list of algorithms of ssh_config(5) (`Ciphers`, `KexAlgorithms`, …) to the defaults: `+list` appends, `-patterns` removes, `^list`
 * moves to the front, a plain list replaces.
 * @param known all existing names, in order: they expand the patterns in lists of keys
 */
export function applyAlgorithmList(list: string, defaults: readonly string[], known: readonly string[] = []): readonly string[] {
  const written = (/^[+^-]/.test(list) ? list.slice(1) : list).split(',')
  if (list.startsWith('-')) return defaults.filter((name) => !matchPatternList(name, written))
  const names = written.flatMap((name) => /[*?]/.test(name) ? known.filter((other) => matchPattern(other, name)) : [name])
  if (list.startsWith('+')) return [...new Set([...defaults, ...names])]
  if (list.startsWith('^')) return [...new Set([...names, ...defaults])]
  return [...new Set(names)]
}
