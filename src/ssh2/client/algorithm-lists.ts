import { type AlgorithmKind, type AlgorithmOptions, defaultAlgorithms, legacyAlgorithms } from '../../client/algorithms.ts'

/** An exact list, or changes to the default one, made in the order of their keys. */
export type AlgorithmList = readonly string[] | { readonly append?: Changes, readonly prepend?: Changes, readonly remove?: Changes }
type Changes = string | RegExp | readonly (string | RegExp)[]

/** The kinds by `ssh2`'s names. */
const KINDS = { kex: 'kex', serverHostKey: 'hostKey', cipher: 'cipher', hmac: 'mac', compress: 'compression' } as const satisfies Record<string, AlgorithmKind>

export type Option = keyof typeof KINDS

/** Names that `ssh2` supports and this library does not, because they are too weak or too rare. They are left out. */
const ONLY_THERE: Readonly<Record<Option, readonly string[]>> = {
  kex: ['diffie-hellman-group15-sha512', 'diffie-hellman-group17-sha512'],
  serverHostKey: ['ssh-dss'],
  cipher: ['blowfish-cbc', 'arcfour256', 'arcfour128', 'cast128-cbc', 'arcfour', 'rijndael-cbc@lysator.liu.se'],
  hmac: ['hmac-sha2-256-96', 'hmac-sha2-512-96', 'hmac-ripemd160', 'hmac-md5-96', 'hmac-md5', 'hmac-sha1-96'],
  compress: ['zlib'],
}

const ALIASES: Readonly<Record<string, string>> = { 'aes128-gcm': 'aes128-gcm@openssh.com', 'aes256-gcm': 'aes256-gcm@openssh.com' }

/** The names of a kind that this library supports. */
const offered = (kind: AlgorithmKind): readonly string[] => [...defaultAlgorithms(kind), ...legacyAlgorithms(kind), ...kind === 'compression' ? ['zlib@openssh.com'] : []]

/** Whether this library supports a name, weak or not. */
export const isOffered = (option: Option, name: string): boolean => offered(KINDS[option]).includes(name)

/** Whether the caller's changes leave nothing to offer. */
export const isEmptied = (algorithms: AlgorithmOptions, option: Option): boolean => algorithms.algorithms?.[KINDS[option]]?.length === 0

/** AES is the runtime's here, and faster. */
const FIRST = ['aes256-gcm@openssh.com', 'aes128-gcm@openssh.com']
const defaultList = (kind: AlgorithmKind): readonly string[] => kind === 'cipher' ? [...FIRST, ...defaultAlgorithms(kind).filter((name) => !FIRST.includes(name))] : defaultAlgorithms(kind)

/** The algorithms to offer to the server. @throws Error `Unsupported algorithm: …` */
export function readAlgorithms(algorithms: unknown): AlgorithmOptions {
  if (typeof algorithms !== 'object' || algorithms === null) return {}
  const lists: Partial<Record<AlgorithmKind, readonly string[]>> = {}
  for (const [word, kind] of Object.entries(KINDS) as [Option, AlgorithmKind][]) {
    const list = (algorithms as Record<string, unknown>)[word]
    const names = typeof list === 'object' && list !== null ? listed(word, list as AlgorithmList) : undefined
    if (names) lists[kind] = names
  }
  const isWeak = Object.entries(lists).some(([kind, names]) => names.some((name) => legacyAlgorithms(kind as AlgorithmKind).includes(name)))
  if (!isWeak) return { algorithms: lists }
  // Weak algorithms are only offered if they are named.
  for (const kind of Object.values(KINDS)) lists[kind] ??= defaultList(kind)
  return { algorithms: lists, legacyAlgorithms: true }
}

/** Undefined for the default list. */
function listed(word: Option, list: AlgorithmList): readonly string[] | undefined {
  if (!Array.isArray(list)) return changed(word, list as Exclude<AlgorithmList, readonly string[]>)
  if (list.length === 0) return undefined
  const names = list.flatMap((name: string) => named(word, name))
  if (names.length === 0) throw unsupported(list.join(', '))
  return [...new Set(names)]
}

function changed(word: Option, changes: Exclude<AlgorithmList, readonly string[]>): readonly string[] | undefined {
  const before = defaultList(KINDS[word])
  let names = [...before]
  for (const [how, wanted] of Object.entries(changes)) {
    const asked = ([] as unknown[]).concat(wanted)
    if (how === 'remove') names = names.filter((name) => !asked.some((entry) => entry instanceof RegExp ? matches(entry, name) : (ALIASES[entry as string] ?? entry) === name))
    if (how !== 'append' && how !== 'prepend') continue
    const fresh = asked.flatMap((entry) => entry instanceof RegExp ? offered(KINDS[word]).filter((name) => matches(entry, name)) : typeof entry === 'string' && entry !== '' ? named(word, entry) : [])
    const added = [...new Set(fresh)].filter((name) => !names.includes(name))
    names = how === 'append' ? [...names, ...added] : [...added, ...names]
  }
  return names.length === before.length && names.every((name, at) => name === before[at]) ? undefined : names
}

/** A caller's regular expression may remember where it stopped. */
function matches(expression: RegExp, name: string): boolean {
  expression.lastIndex = 0
  return expression.test(name)
}

/** The name here; empty for one that only `ssh2` supports. */
function named(word: Option, name: string): string[] {
  const known = ALIASES[name] ?? name
  if (offered(KINDS[word]).includes(known)) return [known]
  if (ONLY_THERE[word].includes(known)) return []
  throw unsupported(name)
}

const unsupported = (name: string) => new Error(`Unsupported algorithm: ${name}`)
