import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { matchPattern } from '../host-key/known-hosts/pattern.ts'

/** The paths that match a pattern with `*` and `?` within its parts, in order; without either, the path itself. Hidden files need a pattern that begins with a dot. */
export function expandGlob(pattern: string): readonly string[] {
  if (!/[*?]/.test(pattern)) return [pattern]
  const parent = dirname(pattern), name = pattern.slice(parent.endsWith('/') ? parent.length : parent.length + 1)
  return expandGlob(parent).flatMap((folder) => entries(folder)
    .filter((entry) => matchPattern(entry, name) && entry.startsWith('.') === name.startsWith('.'))
    .map((entry) => join(folder, entry)))
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}
