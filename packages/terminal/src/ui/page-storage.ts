/// JSON in a page's storage: `local` for all pages of the origin, `session` for one tab and its reloads. Nothing secret goes there. Browsers may refuse a page
/// its storage, or have no room, and other scripts of the origin, or another version of this package, may have written the same item: a page works without.
export type PageStorage = 'local' | 'session'

/** Looking at `localStorage` alone throws where the page may have none. */
const storage = (which: PageStorage): Storage => which === 'local' ? localStorage : sessionStorage

/** What `item` has, if it satisfies `valid`; otherwise null. */
export function readItem<T>(which: PageStorage, item: string, valid: (value: unknown) => value is T): T | null {
  try {
    const value: unknown = JSON.parse(storage(which).getItem(item) ?? 'null')
    return valid(value) ? value : null
  } catch {
    return null
  }
}

/** Returns whether it is kept. */
export function writeItem(which: PageStorage, item: string, value: unknown): boolean {
  try {
    storage(which).setItem(item, JSON.stringify(value))
    return true
  } catch {
    return false
  }
}

/** Whether it is an object whose properties can be looked at. */
export function isObject<T>(value: unknown): value is { readonly [K in keyof T]?: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}
