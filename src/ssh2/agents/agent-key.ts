import { isParsedKey, type ParsedKey } from '../utils/parsed-key.ts'
import { parseKey } from '../utils/parse-key.ts'
import type { AgentKey, AgentKeyEntry } from './base-agent.ts'

/** A key that an agent names, and its comment. `undefined` for one that cannot be read. */
export function readAgentKey(entry: AgentKey | AgentKeyEntry): { readonly key: ParsedKey, readonly comment: string } | undefined {
  if (isParsedKey(entry)) return { key: entry, comment: entry.comment || '' }
  if (typeof entry === 'string' || entry instanceof Uint8Array) return parsed(entry)
  const named: AgentKeyEntry['pubKey'] | undefined = typeof entry === 'object' && entry !== null ? entry.pubKey : undefined
  if (isParsedKey(named)) return { key: named, comment: named.comment || '' }
  return typeof named === 'object' && named !== null ? parsed(named.pubKey, named.comment) : undefined
}

function parsed(text: AgentKey, comment = ''): { readonly key: ParsedKey, readonly comment: string } | undefined {
  const key = parseKey(text)
  return key instanceof Error ? undefined : { key, comment: key.comment || comment }
}
