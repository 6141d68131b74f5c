import { lookup, resolveCname } from 'node:dns/promises'
import { isIP } from 'node:net'
import { SSHError } from '../../errors/ssh-error.ts'
import { lowerCase } from '../../host-key/host-name.ts'
import { matchPatternList } from '../../host-key/known-hosts/pattern.ts'
import { isSafeHost } from './host-text.ts'
import type { KeywordValues } from './keywords/index.ts'

export type CanonicalSettings = Pick<KeywordValues, 'canonicalizeHostname' | 'canonicalDomains' | 'canonicalizeMaxDots' | 'canonicalizeFallbackLocal' | 'canonicalizePermittedCNAMEs' | 'addressFamily'> & {
  /** Whether a proxy or a jump host makes the connection. */
  readonly proxied: boolean
}

/** Resolves names: the system's resolver, unless a test passes another. */
export interface NameResolver {
  exists(name: string, family: 0 | 4 | 6): Promise<boolean>
  cname(name: string): Promise<string | undefined>
}

export const systemResolver: NameResolver = {
  exists: (name, family) => lookup(name, { family }).then(() => true, () => false),
  cname: (name) => resolveCname(name).then(([first]) => first, () => undefined),
}

export const FAMILIES = { any: 0, inet: 4, inet6: 6 } as const

/** The full name of a host, by the rules of CanonicalizeHostname (ssh_config(5)). @throws SSHError `ERR_SSH_CONFIG` if CanonicalizeFallbackLocal forbids the short one */
export async function canonicalHost(host: string, settings: CanonicalSettings, resolver: NameResolver): Promise<string> {
  const { canonicalizeHostname: mode, canonicalizePermittedCNAMEs: rules, proxied } = settings
  const family = FAMILIES[settings.addressFamily]
  if (mode !== 'no') {
    const found = await search(host, settings, resolver)
    if (found !== undefined) return found
  }
  const unasked = isIP(host) === 0 && rules.length > 0 && (!proxied || mode === 'always')
  return unasked && await resolver.exists(host, family) ? followCname(host, settings, resolver) : host
}

/** Undefined if the name stays as it is. */
async function search(host: string, settings: CanonicalSettings, resolver: NameResolver): Promise<string | undefined> {
  if (isIP(host) !== 0) return host
  const family = FAMILIES[settings.addressFamily]
  const anchored = host.endsWith('.')
  if (!anchored && host.split('.').length - 1 > settings.canonicalizeMaxDots) return undefined
  if (!anchored && settings.proxied && settings.canonicalizeHostname !== 'always') return undefined
  for (const name of anchored ? [host] : settings.canonicalDomains.map((domain) => `${host}.${domain}.`)) {
    if (await resolver.exists(name, family)) return followCname(lowerCase(name.slice(0, -1)), settings, resolver)
  }
  if (!settings.canonicalizeFallbackLocal) throw new SSHError(`the host ${JSON.stringify(host)} is in none of the CanonicalDomains`, { code: 'ERR_SSH_CONFIG' })
  return undefined
}

/** The name that a CNAME leads to, if a rule permits that. */
async function followCname(host: string, { canonicalizePermittedCNAMEs: rules, canonicalizeHostname, proxied }: CanonicalSettings, resolver: NameResolver): Promise<string> {
  if (rules.length === 0 || (proxied && canonicalizeHostname !== 'always')) return host
  const target = lowerCase((await resolver.cname(host))?.replace(/\.$/, '') ?? host)
  // Whoever answers for the name server could put anything there, and the name may reach a shell through a token.
  if (target === lowerCase(host) || !isSafeHost(target)) return host
  const permitted = rules.some(({ source, target: allowed }) => matchPatternList(lowerCase(host), lowerCase(source).split(',')) && matchPatternList(target, lowerCase(allowed).split(',')))
  return permitted ? target : host
}
