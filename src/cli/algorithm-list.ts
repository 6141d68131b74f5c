import { matchPatternList } from '../host-key/known-hosts/pattern.ts'

/**
 * Applies a list of algorithms of ssh_config(5) (`Ciphers`, `KexAlgorithms`, …) to the defaults: `+list` appends, `-patterns` removes, `^list` puts in front, a plain list replaces.
 */
export function applyAlgorithmList(list: string, defaults: readonly string[]): readonly string[] {
  const names = (/^[+^-]/.test(list) ? list.slice(1) : list).split(',')
  if (list.startsWith('-')) return defaults.filter((name) => !matchPatternList(name, names))
  if (list.startsWith('+')) return [...new Set([...defaults, ...names])]
  if (list.startsWith('^')) return [...new Set([...names, ...defaults])]
  return [...new Set(names)]
}
