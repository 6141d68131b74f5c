import type { Hop, Target } from '../session/messages.ts'
import { isList, isObject, readItem, writeItem } from '../ui/page-storage.ts'

/** What a page's session storage keeps of a terminal's session, so that a reload finds it again. */
export interface KeptSession {
  readonly id: string
  readonly running: boolean
  /** Its shell runs in tmux on the server. */
  readonly inTmux: boolean
  /** To what it was connected, with which key, and whether the gateway got a token; nothing secret. */
  readonly again?: { readonly target: Target, readonly key: string, readonly token: boolean }
}

export function keptSession(item: string): KeptSession | null {
  return readItem('session', item, isKept)
}

export function keepSession(item: string, value: KeptSession): void {
  writeItem('session', item, value)
}

/** Changes what is kept, if anything is. */
export function changeKept(item: string, change: Partial<KeptSession>): void {
  const kept = keptSession(item)
  if (kept) keepSession(item, { ...kept, ...change })
}

function isKept(value: unknown): value is KeptSession {
  if (!isObject<KeptSession>(value)) return false
  return typeof value.id === 'string' && typeof value.running === 'boolean' && typeof value.inTmux === 'boolean' && (value.again === undefined || isAgain(value.again))
}

function isAgain(value: unknown): value is KeptSession['again'] {
  return isObject<NonNullable<KeptSession['again']>>(value) && typeof value.key === 'string' && typeof value.token === 'boolean'
    && isHop(value.target) && typeof (value.target as Partial<Target>).gateway === 'string' && isHops((value.target as Partial<Target>).jump)
}

function isHops(value: unknown): boolean {
  return value === undefined || (isList(value) && value.every(isHop))
}

function isHop(value: unknown): value is Hop {
  return isObject<Hop>(value) && typeof value.host === 'string' && typeof value.username === 'string' && Number.isInteger(value.port)
}
