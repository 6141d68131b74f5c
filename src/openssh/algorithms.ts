import { type AlgorithmKind, type Algorithms, defaultAlgorithms, legacyAlgorithms } from '../client/algorithms.ts'
import { SSHError } from '../errors/ssh-error.ts'
import type { HostKeyPolicy } from '../host-key/policy.ts'
import { certificateName, MLDSA44_NAMES } from '../keys/key-types.ts'
import { applyAlgorithmList } from './algorithm-list.ts'
import type { SshConfig } from './config/ssh-config.ts'

const LISTS = { kex: 'kexAlgorithms', hostKey: 'hostKeyAlgorithms', cipher: 'ciphers', mac: 'macs' } as const
type ListKind = keyof typeof LISTS

/** The algorithms to offer to a server, and whether they include weak ones because the user names them. */
export interface OfferedAlgorithms {
  readonly algorithms: Algorithms
  readonly legacyAlgorithms: boolean
}

/** Host-key algorithms that are offered only where such a key is known, or the user names them. */
const ONLY_BY_NAME = MLDSA44_NAMES.flatMap((name) => [name, certificateName(name)])

/** The algorithms of a kind that this client offers without being asked, and the weak ones that a user may name. */
export function availableAlgorithms(kind: AlgorithmKind): readonly string[] {
  return [...defaultAlgorithms(kind), ...legacyAlgorithms(kind)]
}

/** The algorithms of a list of ssh_config(5). Names that this client lacks are dropped with a message. @throws SSHError `ERR_ALGORITHM` if nothing is left */
export function algorithmsOf(kind: ListKind, config: SshConfig, tell: (text: string) => void = () => {}): readonly string[] {
  const list = config[LISTS[kind]]
  const available = [...availableAlgorithms(kind), ...kind === 'hostKey' ? ONLY_BY_NAME : []]
  if (list === undefined) return defaultAlgorithms(kind)
  const wanted = applyAlgorithmList(list, defaultAlgorithms(kind), available)
  const missing = wanted.filter((name) => !available.includes(name))
  if (missing.length > 0) tell(`${LISTS[kind]}: not supported here, and left out: ${missing.join(', ')}`)
  const offered = wanted.filter((name) => available.includes(name))
  if (offered.length === 0) throw new SSHError(`none of the ${LISTS[kind]} ${JSON.stringify(list)} is here, which has ${available.join(', ')}`, { code: 'ERR_ALGORITHM' })
  return offered
}

/** Offers what ssh_config(5) names, and no other weak algorithms. Known host keys come first, unless the user has given an order. */
export async function offeredAlgorithms(config: SshConfig, policy: HostKeyPolicy, tell: (text: string) => void): Promise<OfferedAlgorithms> {
  const kinds = Object.keys(LISTS) as ListKind[]
  if (kinds.every((kind) => config[LISTS[kind]] === undefined)) return { algorithms: {}, legacyAlgorithms: false }
  const offered = new Map<AlgorithmKind, readonly string[]>(kinds.map((kind) => [kind, algorithmsOf(kind, config, tell)]))
  const weak = kinds.some((kind) => offered.get(kind)!.some((name) => legacyAlgorithms(kind).includes(name)))
  const list = config.hostKeyAlgorithms
  if (list === undefined || /^[+-]/.test(list)) offered.set('hostKey', inFront(offered.get('hostKey')!, await policy.preferredAlgorithms?.(config.hostName, config.port) ?? []))
  // A kind that the user has not named keeps its own order, unless that would add weak ones.
  const named = kinds.filter((kind) => weak || config[LISTS[kind]] !== undefined)
  return { algorithms: Object.fromEntries(named.map((kind) => [kind, offered.get(kind)!])), legacyAlgorithms: weak }
}

function inFront(names: readonly string[], first: readonly string[]): readonly string[] {
  return [...names.filter((name) => first.includes(name)), ...names.filter((name) => !first.includes(name))]
}
