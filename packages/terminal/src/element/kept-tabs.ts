/** A tab that a page had, for a reload. */
export interface KeptTab {
  readonly id: string
  /** From 1: tells the tmux sessions of tabs apart. */
  readonly number: number
}

export function keptTabs(key: string): KeptTab[] {
  try {
    const tabs: unknown = JSON.parse(sessionStorage.getItem(key) ?? '[]')
    return Array.isArray(tabs) ? tabs.filter((tab): tab is KeptTab => typeof tab?.id === 'string' && Number.isSafeInteger(tab.number)) : []
  } catch {
    return []
  }
}

export function keepTabs(key: string, tabs: readonly KeptTab[]): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(tabs.map(({ id, number }) => ({ id, number }))))
  } catch {
    // The page has no storage.
  }
}

/** The lowest number that no tab has: the first tab of a page always joins the same tmux session. */
export function freeNumber(tabs: readonly KeptTab[]): number {
  const taken = new Set(tabs.map(({ number }) => number))
  let number = 1
  while (taken.has(number)) number++
  return number
}
