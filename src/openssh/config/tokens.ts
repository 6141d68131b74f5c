import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { ConfigLineError } from './line.ts'

/** The values for tokens and `~` on this machine. */
export interface LocalUser {
  readonly name: string
  readonly uid: number
  readonly home: string
  readonly hostName: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

export function thisUser(): LocalUser {
  const { username, uid, homedir } = userInfo()
  return { name: username, uid, home: homedir, hostName: hostname(), environment: process.env }
}

/** Values by the letter that follows `%` (ssh_config(5), TOKENS). */
export type Tokens = Readonly<Record<string, string>>

/** The letters of each group of keywords. */
export const TOKEN_LETTERS = {
  /** CertificateFile, ControlPath, IdentityAgent, IdentityFile, Include, forwardings, Match exec, RemoteCommand, RevokedHostKeys, UserKnownHostsFile. */
  most: 'CdhijkLlnpru',
  hostName: 'h',
  /** ProxyJump, and ProxyCommand, which takes the host key alias too. */
  proxy: 'hnpr',
  proxyCommand: 'hknpr',
  user: 'CdhijkLlnpu',
} as const

/** What is known about the destination when a text is expanded. */
export interface TokenSource {
  /** As the user named it. */
  readonly originalHost: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly hostKeyAlias: string | undefined
  /** The ProxyJump as written, or ''. */
  readonly jump: string
}

export function tokensOf({ originalHost, host, port, user, hostKeyAlias, jump }: TokenSource, local: LocalUser): Tokens {
  const connection = createHash('sha1').update(`${local.hostName}${host}${port}${user}${jump}`).digest('hex')
  return {
    h: host, n: originalHost, p: String(port), r: user, k: hostKeyAlias ?? originalHost, j: jump, C: connection,
    d: local.home, u: local.name, i: String(local.uid), l: local.hostName, L: local.hostName.split('.')[0]!,
  }
}

/** @param letters the ones allowed here; by default all of `tokens`. @throws ConfigLineError for another token */
export function expandTokens(text: string, tokens: Tokens, letters?: string): string {
  return text.replaceAll(/%(.?)/gs, (token, letter: string) => {
    if (letter === '%') return '%'
    if (letter === '' || !Object.hasOwn(tokens, letter) || (letters !== undefined && !letters.includes(letter))) throw new ConfigLineError(`the token ${token} is unknown here`)
    return tokens[letter]!
  })
}

/** Expands `${NAME}`. */
export function expandEnvironment(text: string, { environment }: Pick<LocalUser, 'environment'>): string {
  return text.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => {
    const value = environment[name]
    if (value === undefined) throw new ConfigLineError(`the environment has no ${name}`)
    return value
  })
}

/** Expands `~`, `~/…` and `~user/…`. A folder alone ends with a slash. */
export function expandHome(path: string, { home }: Pick<LocalUser, 'home'>): string {
  if (path === '~' || path.startsWith('~/')) return `${home}/${path.slice(2)}`
  const [, user, rest] = /^~([^/]+)(.*)$/s.exec(path) ?? []
  if (user === undefined || rest === undefined) return path
  const folder = homeOf(user)
  if (folder === undefined) throw new ConfigLineError(`there is no user ${user} here`)
  return folder + (rest || '/')
}

/** All three, for file names. */
export function expandPath(path: string, local: LocalUser, tokens: Tokens): string {
  return expandEnvironment(expandTokens(expandHome(path, local), tokens, TOKEN_LETTERS.most), local)
}

/** From the system's user database, which may be more than /etc/passwd. */
function homeOf(user: string): string | undefined {
  if (!/^[\w.][\w.@-]*$/.test(user)) return undefined
  const { status, stdout } = spawnSync('getent', ['passwd', user], { encoding: 'utf8' })
  const line = status === 0 ? stdout : passwordFile().split('\n').find((entry) => entry.startsWith(`${user}:`))
  return line?.trim().split(':')[5]
}

function passwordFile(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8')
  } catch {
    return ''
  }
}
