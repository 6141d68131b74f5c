/// The settings of `serve` and `check`: each can be set in a file, with a flag and in an environment variable, under one name.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

/** A user's mistake: reported in one line, exit code 2. */
export class UsageError extends Error {}

type Kind = 'text' | 'list' | 'count' | 'flag'

interface Setting {
  readonly kind: Kind
  readonly value: string
  readonly help: string
}

/** `tokenFile` is `--token-file` and GATEWAY_TOKEN_FILE. */
export const SETTINGS = {
  allow: { kind: 'list', value: 'RULE', help: 'HOST:PORT, *.DOMAIN:PORT, ADDRESS[/BITS]:PORT or [IPV6[/BITS]]:PORT' },
  origins: { kind: 'list', value: 'ORIGIN', help: 'only pages of this origin may connect' },
  host: { kind: 'text', value: 'ADDRESS', help: 'where to listen (127.0.0.1)' },
  port: { kind: 'count', value: 'PORT', help: '(8022)' },
  unix: { kind: 'text', value: 'PATH', help: 'listen on a Unix socket instead' },
  fd: { kind: 'count', value: 'N', help: 'listen on a socket that is already open: 3 under systemd' },
  tlsCert: { kind: 'text', value: 'FILE', help: 'PEM; with --tls-key the gateway speaks TLS' },
  tlsKey: { kind: 'text', value: 'FILE', help: 'PEM' },
  tlsClientCa: { kind: 'text', value: 'FILE', help: 'PEM of the authority that signs the certificates of clients' },
  clientCertificate: { kind: 'flag', value: '', help: 'certificates name the users' },
  behindProxy: { kind: 'list', value: 'RANGE', help: 'proxies whose X-Forwarded-For is trusted, e.g. 127.0.0.1 or 10.0.0.0/8' },
  proxyProtocol: { kind: 'flag', value: '', help: 'they speak the PROXY protocol' },
  proxyToTargets: { kind: 'flag', value: '', help: 'tell targets the client with the PROXY protocol, version 2' },
  tokenFile: { kind: 'text', value: 'FILE', help: 'a token for everybody, or JSON: { "NAME": "TOKEN", … }' },
  ticketKeys: { kind: 'text', value: 'FILE|URL', help: 'the public keys of tickets, a JWK set' },
  ticketAudience: { kind: 'text', value: 'NAME', help: 'their required `aud`' },
  ticketIssuer: { kind: 'text', value: 'NAME', help: 'their required `iss`' },
  oidcIssuer: { kind: 'text', value: 'URL', help: 'an OpenID Connect provider whose tokens are accepted' },
  oidcAudience: { kind: 'text', value: 'ID', help: 'their required `aud`' },
  oidcClaim: { kind: 'text', value: 'NAME', help: 'the claim that names the user (sub)' },
  accessTeam: { kind: 'text', value: 'URL', help: 'Cloudflare Access: https://TEAM.cloudflareaccess.com' },
  accessAudience: { kind: 'text', value: 'TAG', help: 'the audience tag of its application' },
  proxyUserHeader: { kind: 'text', value: 'NAME', help: 'a proxy of --behind-proxy names the user in this header' },
  resumeSeconds: { kind: 'count', value: 'N', help: 'how long a session is kept without its client (900; 0 for not at all)' },
  resumeWindow: { kind: 'count', value: 'BYTES', help: 'unacknowledged bytes in each direction (4194304)' },
  resumeBudget: { kind: 'count', value: 'BYTES', help: 'memory for all sessions together (268435456)' },
  reauthorize: { kind: 'flag', value: '', help: 'a client that resumes needs a new ticket' },
  nodeUrl: { kind: 'text', value: 'URL', help: 'where clients resume, behind a balancer' },
  nassh: { kind: 'flag', value: '', help: 'also act as a nassh relay, whose identifiers are in URLs' },
  metricsHost: { kind: 'text', value: 'ADDRESS', help: '(127.0.0.1)' },
  metricsPort: { kind: 'count', value: 'PORT', help: 'a port for /metrics, /healthz and /readyz' },
  sessions: { kind: 'count', value: 'N', help: 'at once, in total (200)' },
  sessionsPerUser: { kind: 'count', value: 'N', help: '(20)' },
  sessionsPerClient: { kind: 'count', value: 'N', help: '(40)' },
  connectSeconds: { kind: 'count', value: 'N', help: 'to reach a target (10)' },
  idleSeconds: { kind: 'count', value: 'N', help: 'without a byte; by default 900 for clients that cannot be asked for a sign of life, otherwise no limit' },
  lifeSeconds: { kind: 'count', value: 'N', help: 'the longest life of a session (43200)' },
  drainSeconds: { kind: 'count', value: 'N', help: 'after SIGTERM, for the existing sessions (600)' },
} as const satisfies Record<string, Setting>

export type Settings = { readonly [Name in keyof typeof SETTINGS]?: ValueOf<(typeof SETTINGS)[Name]['kind']> }
type ValueOf<K extends Kind> = K extends 'list' ? readonly string[] : K extends 'count' ? number : K extends 'flag' ? boolean : string

const names = Object.keys(SETTINGS) as (keyof typeof SETTINGS)[]
const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
/** `--origin` may be repeated: each flag names one. */
const flagOf = (name: string) => kebab(name === 'origins' ? 'origin' : name)
const variableOf = (name: string) => `GATEWAY_${kebab(name).replaceAll('-', '_').toUpperCase()}`

export function settingsHelp(): string {
  return names.map((name) => `  ${`--${flagOf(name)} ${SETTINGS[name].value}`.padEnd(30)}${SETTINGS[name].help}${SETTINGS[name].kind === 'list' ? '; may be repeated' : ''}`).join('\n')
}

/** Flags take precedence over the environment, and that over the file. @throws UsageError */
export function readSettings(args: readonly string[], environment: Readonly<Record<string, string | undefined>>): { readonly settings: Settings, readonly rest: Readonly<Record<string, string | undefined>>, readonly positionals: readonly string[] } {
  const { values, positionals } = parsed(args)
  const file = (values['config'] as string | undefined) ?? environment['GATEWAY_CONFIG']
  const settings: Record<string, unknown> = file === undefined ? {} : fromFile(file)
  for (const name of names) {
    const variable = environment[variableOf(name)]
    if (variable !== undefined) settings[name] = fromText(SETTINGS[name].kind, variable, variableOf(name))
    const flag = values[flagOf(name)]
    if (flag !== undefined) settings[name] = typeof flag === 'string' ? fromText(SETTINGS[name].kind, flag, `--${flagOf(name)}`) : flag
  }
  return { settings: settings as Settings, rest: { user: values['user'] as string | undefined, ticketFile: values['ticket-file'] as string | undefined }, positionals }
}

function parsed(args: readonly string[]): { values: Record<string, string | boolean | (string | boolean)[] | undefined>, positionals: string[] } {
  const options = Object.fromEntries(names.map((name) => [flagOf(name), { type: SETTINGS[name].kind === 'flag' ? 'boolean' as const : 'string' as const, multiple: SETTINGS[name].kind === 'list' }]))
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { ...options, config: { type: 'string' }, 'ticket-file': { type: 'string' }, user: { type: 'string' } } })
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}

function fromFile(path: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(readText(path, 'the configuration'))
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${path} is not JSON: ${(error as Error).message}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UsageError(`${path} must be one JSON object`)
  for (const [name, given] of Object.entries(value)) {
    const kind = (SETTINGS as Record<string, Setting>)[name]?.kind
    if (kind === undefined) throw new UsageError(`${path}: there is no setting ${name}`)
    if (!FITS[kind](given)) throw new UsageError(`${path}: ${name} must be ${WORDS[kind]}`)
  }
  return value as Record<string, unknown>
}

const FITS: Record<Kind, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  list: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  count: (value) => Number.isInteger(value) && (value as number) >= 0,
  flag: (value) => typeof value === 'boolean',
}
const WORDS: Record<Kind, string> = { text: 'a text', list: 'a list of strings', count: 'a whole number', flag: 'true or false' }

function fromText(kind: Kind, text: string, where: string): unknown {
  if (kind === 'text') return text
  if (kind === 'list') return text.split(/\s+/).filter((word) => word !== '')
  if (kind === 'count') {
    if (!/^\d{1,15}$/.test(text)) throw new UsageError(`${where} needs a whole number, not ${JSON.stringify(text)}`)
    return Number(text)
  }
  if (!['', '0', '1', 'true', 'false'].includes(text)) throw new UsageError(`${where} is true or false, not ${JSON.stringify(text)}`)
  return text === '1' || text === 'true'
}

/** @throws UsageError that names the file, never its contents */
export function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`${what} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'error'} ${path}`)
  }
}
