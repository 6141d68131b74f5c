/// Turns settings into the options of a gateway. Secrets and keys are read from their files here, each time again.
import { type Authorize } from '../policy/authorize.ts'
import { sharedTokens, type SharedToken } from '../authorize/shared-tokens.ts'
import { tickets } from '../authorize/tickets.ts'
import { oidc } from '../authorize/oidc.ts'
import { cloudflareAccess } from '../authorize/cloudflare-access.ts'
import { proxyUser } from '../authorize/proxy-user.ts'
import { clientCertificate } from '../authorize/client-certificate.ts'
import type { GatewayOptions } from '../node/options.ts'
import { readText, type Settings, UsageError } from './settings.ts'

export const DEFAULT_PORT = 8022

/** @throws UsageError for conflicting settings, or files that cannot be read */
export function gatewayOptions(settings: Settings): GatewayOptions {
  const { allow = [], origins, host, port, unix, fd, behindProxy, proxyProtocol, proxyToTargets, nodeUrl, nassh, metricsHost, metricsPort, reauthorize } = settings
  if (allow.length === 0) throw new UsageError('nothing is allowed: pass at least one --allow HOST:PORT')
  if (proxyProtocol && !behindProxy?.length) throw new UsageError('--proxy-protocol needs --behind-proxy: the proxies that may report addresses')
  if (nodeUrl !== undefined && !/^wss?:\/\//.test(nodeUrl)) throw new UsageError('--node-url must begin with wss:// or ws://')
  const milliseconds = (seconds: number | undefined) => seconds === undefined ? undefined : seconds * 1000
  return {
    authorize: authorizeOf(settings), allow, origins, behindProxy, proxyToTargets, nodeUrl, nassh,
    listen: { host, port: port ?? DEFAULT_PORT, unix, fd, proxyProtocol, tls: tlsOf(settings) },
    metrics: metricsPort === undefined ? undefined : { host: metricsHost, port: metricsPort },
    resume: without({ seconds: settings.resumeSeconds, window: settings.resumeWindow, budget: settings.resumeBudget, reauthorize }),
    limits: without({
      sessions: settings.sessions, sessionsPerUser: settings.sessionsPerUser, sessionsPerClient: settings.sessionsPerClient,
      connectMs: milliseconds(settings.connectSeconds), idleMs: milliseconds(settings.idleSeconds), lifeMs: milliseconds(settings.lifeSeconds),
    }),
  }
}

function without<T extends object>(values: T): { [Key in keyof T]?: NonNullable<T[Key]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [Key in keyof T]?: NonNullable<T[Key]> }
}

function tlsOf({ tlsCert, tlsKey, tlsClientCa, clientCertificate: wanted }: Settings): NonNullable<GatewayOptions['listen']>['tls'] {
  if (wanted && tlsClientCa === undefined) throw new UsageError('--client-certificate needs --tls-client-ca: the authority that signs them')
  if (tlsCert === undefined && tlsKey === undefined) {
    if (tlsClientCa !== undefined) throw new UsageError('--tls-client-ca needs --tls-cert and --tls-key')
    return undefined
  }
  if (tlsCert === undefined || tlsKey === undefined) throw new UsageError('--tls-cert and --tls-key go together')
  return { cert: readText(tlsCert, 'the certificate'), key: readText(tlsKey, "the certificate's key"), ...(tlsClientCa === undefined ? {} : { clientCa: readText(tlsClientCa, 'the certificates of who signs') }) }
}

/** Exactly one method, so that a forgotten one cannot let anybody in. */
function authorizeOf(settings: Settings): Authorize {
  const ways: [flag: string, make: () => Authorize][] = []
  const { tokenFile, ticketKeys, ticketAudience, ticketIssuer, oidcIssuer, oidcAudience, oidcClaim, accessTeam, accessAudience, proxyUserHeader, behindProxy = [] } = settings
  if (tokenFile !== undefined) ways.push(['--token-file', () => sharedTokens(tokensOf(readText(tokenFile, 'the token'), tokenFile))])
  if (ticketKeys !== undefined) ways.push(['--ticket-keys', () => tickets({ jwks: keysOf(ticketKeys), audience: needed(ticketAudience, '--ticket-audience'), issuer: ticketIssuer })])
  if (oidcIssuer !== undefined) ways.push(['--oidc-issuer', () => oidc({ issuer: oidcIssuer, audience: needed(oidcAudience, '--oidc-audience'), claim: oidcClaim })])
  if (accessTeam !== undefined) ways.push(['--access-team', () => cloudflareAccess({ team: accessTeam, audience: needed(accessAudience, '--access-audience') })])
  if (proxyUserHeader !== undefined) ways.push(['--proxy-user-header', () => proxyUser({ header: proxyUserHeader, from: behindProxy })])
  if (settings.clientCertificate) ways.push(['--client-certificate', () => clientCertificate()])
  const [way, other] = ways
  if (!way) throw new UsageError('nobody may connect: pass one of --token-file, --ticket-keys, --oidc-issuer, --access-team, --proxy-user-header, --client-certificate')
  if (other) throw new UsageError(`${way[0]} and ${other[0]} are two ways to authorize: pass only one`)
  return way[1]()
}

function needed(value: string | undefined, flag: string): string {
  if (value === undefined || value === '') throw new UsageError(`${flag} is missing`)
  return value
}

function tokensOf(text: string, path: string): Record<string, string | SharedToken> {
  const trimmed = text.trim()
  if (!trimmed.startsWith('{')) return { everybody: trimmed }
  try {
    return JSON.parse(trimmed) as Record<string, string | SharedToken>
  } catch {
    // JSON's own message would quote a part of the secret.
    throw new UsageError(`${path} begins like JSON, but is not`)
  }
}

function keysOf(place: string): string | { keys: never[] } {
  if (/^https?:\/\//.test(place)) return place
  try {
    const set = JSON.parse(readText(place, 'the keys of tickets')) as { keys?: unknown }
    if (Array.isArray(set.keys)) return set as { keys: never[] }
  } catch (error) {
    if (error instanceof UsageError) throw error
  }
  throw new UsageError(`${place} is not a JWK set: { "keys": [ … ] }`)
}
