import type { Target } from '../session/messages.ts'

/** What a page's session storage keeps of a terminal's session, so that a reload finds it again. */
export interface KeptSession {
  readonly id: string
  readonly running: boolean
  /** Its shell runs in tmux on the server. */
  readonly inTmux: boolean
  /** To what it was connected, with which key, and whether the gateway got a token; nothing secret. */
  readonly again?: { readonly target: Target, readonly key: string, readonly token: boolean }
}

export function keptSession(key: string): KeptSession | null {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') as KeptSession | null
  } catch {
    return null
  }
}

export function keepSession(key: string, value: KeptSession): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(value))
  } catch {
    // The page has no storage.
  }
}

/** Changes what is kept, if anything is. */
export function changeKept(key: string, change: Partial<KeptSession>): void {
  const kept = keptSession(key)
  if (kept) keepSession(key, { ...kept, ...change })
}
