/**
 * Whether the whole of `text` matches `pattern`, in which `*` stands for any run of characters and `?` for exactly one
 * (ssh_config(5), PATTERNS). Case matters. In the worst case the time grows with the product of both lengths.
 */
export function matchPattern(text: string, pattern: string): boolean {
  let t = 0, p = 0
  let star = -1, retry = 0
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++
      retry = t
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++retry
    } else {
      return false
    }
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

/**
 * Whether `text` matches a pattern-list (ssh_config(5), PATTERNS): at least one pattern, and none of those that begin with `!`.
 */
export function matchPatternList(text: string, patterns: readonly string[]): boolean {
  let matched = false
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!')
    if (!matchPattern(text, negated ? pattern.slice(1) : pattern)) continue
    if (negated) return false
    matched = true
  }
  return matched
}
