import { isList, isObject, readItem, writeItem } from '../ui/page-storage.ts'

/** A tab that a page had, for a reload. */
export interface KeptTab {
  readonly id: string
  /** From 1: tells the tmux sessions of tabs apart. */
  readonly number: number
}

export function keptTabs(item: string): KeptTab[] {
  return (readItem('session', item, isList) ?? []).filter(isTab)
}

export function keepTabs(item: string, tabs: readonly KeptTab[]): void {
  writeItem('session', item, tabs.map(({ id, number }) => ({ id, number })))
}

function isTab(value: unknown): value is KeptTab {
  return isObject<KeptTab>(value) && typeof value.id === 'string' && Number.isSafeInteger(value.number)
}

/** The lowest number that no tab has: the first tab of a page always joins the same tmux session. */
export function freeNumber(tabs: readonly KeptTab[]): number {
  const taken = new Set(tabs.map(({ number }) => number))
  let number = 1
  while (taken.has(number)) number++
  return number
}
