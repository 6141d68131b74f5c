import { join } from 'node:path'
import { SSHError } from '../../errors/ssh-error.ts'
import { lowerCase } from '../../host-key/host-name.ts'
import type { Forward, ForwardEnd } from '../forward-spec.ts'
import { canonicalHost, type NameResolver, systemResolver } from './canonicalize.ts'
import type { ConfigFile } from './file.ts'
import { type KeywordName, keywordOf, KEYWORDS, type KeywordValues } from './keywords/index.ts'
import { ConfigLineError } from './line.ts'
import type { MatchSubject, SessionType } from './match.ts'
import { isSafeHost, isSafeUser } from './host-text.ts'
import { systemConfigFolder } from './places.ts'
import { type ConfigOption, ConfigReader, type RawValues } from './reader.ts'
import { expandEnvironment, expandHome, expandPath, expandTokens, type LocalUser, thisUser, TOKEN_LETTERS, type Tokens, tokensOf } from './tokens.ts'
import { formatJumpHost } from './values.ts'

const IDENTITY_NAMES = ['id_rsa', 'id_ecdsa', 'id_ecdsa_sk', 'id_ed25519', 'id_ed25519_sk', 'id_mldsa44_ed25519']

export interface SshConfigRequest {
  /** As the user named it. */
  readonly host: string
  readonly user?: string | undefined
  readonly port?: number | undefined
  /** Read this file instead of the user's and the system's (`-F`); `none` reads no file. */
  readonly file?: string | undefined
  /** Options that take precedence over all files (`-o`, and other options of the command line). */
  readonly options?: readonly ConfigOption[]
  /** Options that apply behind all files. */
  readonly defaults?: readonly ConfigOption[]
  /** The command to run, for `Match command` and `Match sessiontype`. */
  readonly command?: string | undefined
  readonly sessionType?: SessionType | undefined
  readonly local?: LocalUser
  /** Receives messages about keywords without a meaning here, and about dropped names in lists. */
  readonly onDetail?: ((problem: string) => void) | undefined
  /** Receives messages about requests that are not fulfilled. */
  readonly onWarning?: ((problem: string) => void) | undefined
  readonly resolver?: NameResolver
}

/**
 * The ssh_config(5) values for one host, under the names of the keywords. Times are in seconds. Algorithm lists are as written, for
 * `applyAlgorithmList`. Paths and commands are expanded.
 */
export interface SshConfig extends Omit<KeywordValues, 'hostName' | 'user'> {
  /** As the user named it. */
  readonly host: string
  /** The host to connect to. */
  readonly hostName: string
  readonly user: string
  /** Whether the user chose `identityFile`, as opposed to the default places. */
  readonly identityFilesNamed: boolean
  /** The keywords that some line named. */
  readonly named: ReadonlySet<KeywordName>
  /** Values that `ssh -G` shows as they are written, without their tokens expanded. */
  readonly written: Pick<KeywordValues, 'identityFile' | 'certificateFile' | 'proxyCommand' | 'knownHostsCommand' | 'controlPath'>
  /** The values of tokens, for those that are expanded later (LocalCommand, KnownHostsCommand). */
  readonly tokens: Tokens
}

/**
 * Reads the configuration for a host as ssh(1) does: `-o` options, then ~/.ssh/config, then /etc/ssh/ssh_config; the first value of each
 * keyword wins, and tokens, `~` and environment variables are expanded.
 * Rejects with `SSHError` `ERR_SSH_CONFIG`, with file and line, if a line is wrong or a keyword does not exist, and if a value is unsupported
 * and must not be ignored.
 */
export async function readSshConfig(request: SshConfigRequest): Promise<SshConfig> {
  const local = request.local ?? thisUser()
  if (!isSafeHost(request.host)) throw new SSHError(`the host name ${JSON.stringify(request.host)} has characters that a host name must not have`, { code: 'ERR_SSH_CONFIG' })
  const values: RawValues = new Map()
  if (request.user !== undefined) values.set('user', request.user.replaceAll('%', '%%'))
  if (request.port !== undefined) values.set('port', request.port)
  const details = new Set<string>()
  const pass = (finalPass: boolean) => {
    const reader = new ConfigReader(values, local, (known) => subject(request, known, local, finalPass), (problem) => details.add(problem))
    if (!finalPass) {
      reader.readOptions(request.options ?? [])
      checkUser(values)
      checkHops(values)
    }
    for (const file of configFiles(request, local)) reader.readFile(file)
    reader.readOptions(request.defaults ?? [])
    return reader.finalPassWanted
  }
  const config = await rejectBadValues(async () => {
    const finalWanted = pass(false)
    const host = await canonicalHost(finalHostName(request, values), { ...settled(values), proxied: isProxied(values) }, request.resolver ?? systemResolver)
    if (finalWanted || get(values, 'canonicalizeHostname') !== 'no') {
      values.set('hostName', host.replaceAll('%', '%%'))
      pass(true)
    } else if (host !== finalHostName(request, values)) {
      values.set('hostName', host.replaceAll('%', '%%'))
    }
    return finish(request, values, local)
  })
  for (const detail of details) request.onDetail?.(detail)
  checkSafety(values, request)
  return config
}

/** Checks user names from outside, which may be used in commands; those in files are the user's own. */
function checkUser(values: RawValues): void {
  const user = values.get('user') as string | undefined
  if (user !== undefined && !isSafeUser(user)) throw new SSHError(`the user name ${JSON.stringify(user)} has characters that a user name must not have`, { code: 'ERR_SSH_CONFIG' })
}

function checkSafety(values: RawValues, { onWarning }: SshConfigRequest): void {
  for (const [name, value] of values) {
    const { refuse, warn } = keywordOf(name)
    const refusal = refuse?.(value)
    if (refusal !== undefined) throw new SSHError(`${name[0]!.toUpperCase()}${name.slice(1)} is not supported here: ${refusal}`, { code: 'ERR_SSH_CONFIG' })
    const warning = warn?.(value)
    if (warning !== undefined) onWarning?.(warning)
  }
}

function get<K extends KeywordName>(values: RawValues, name: K): KeywordValues[K] {
  return (values.has(name) ? values.get(name) : KEYWORDS[name].fallback) as KeywordValues[K]
}

function settled(values: RawValues): KeywordValues {
  return Object.fromEntries((Object.keys(KEYWORDS) as KeywordName[]).map((name) => [name, get(values, name)])) as unknown as KeywordValues
}

function configFiles({ file }: SshConfigRequest, local: LocalUser): readonly ConfigFile[] {
  const folder = join(local.home, '.ssh'), system = systemConfigFolder(local)
  if (file === 'none') return []
  if (file !== undefined) return [{ path: file, folder, required: true }]
  return [{ path: join(folder, 'config'), folder, private: true }, { path: join(system, 'ssh_config'), folder: system }]
}

function isProxied(values: RawValues): boolean {
  const command = get(values, 'proxyCommand')
  return (command !== undefined && command.toLowerCase() !== 'none') || (get(values, 'proxyJump') ?? []).length > 0
}

function subject(request: SshConfigRequest, values: RawValues, local: LocalUser, finalPass: boolean): MatchSubject {
  const tokens = requestTokens(request, values, local)
  const { command = '', sessionType = command === '' ? 'shell' : 'exec' } = request
  return { originalHost: request.host, host: tokens['h']!, user: tokens['r']!, localUser: local.name, tag: get(values, 'tag') ?? '', command, sessionType, finalPass, tokens }
}

function finalHostName({ host }: SshConfigRequest, values: RawValues): string {
  const name = get(values, 'hostName')
  return lowerCase(name === undefined ? host : expandTokens(name, { h: host }))
}

function requestTokens(request: SshConfigRequest, values: RawValues, local: LocalUser): Tokens {
  const source = {
    originalHost: request.host, host: finalHostName(request, values), port: get(values, 'port'), user: local.name, hostKeyAlias: get(values, 'hostKeyAlias'),
    jump: (get(values, 'proxyJump') ?? []).map(formatJumpHost).join(','),
  }
  const user = get(values, 'user')
  return tokensOf({ ...source, user: user === undefined ? local.name : expandUser(user, tokensOf(source, local), local) }, local)
}

/** A name that breaks the rules for tokens (`%` in some directory services) is taken literally. */
function expandUser(user: string, tokens: Tokens, local: LocalUser): string {
  if (!/%|\$\{/.test(user)) return user
  return expandEnvironment(expandTokens(user, tokens, TOKEN_LETTERS.user), local)
}

function finish(request: SshConfigRequest, raw: RawValues, local: LocalUser): SshConfig {
  const values = settled(raw)
  const tokens = requestTokens(request, raw, local)
  const path = (text: string) => expandPath(text, local, tokens)
  const isNone = (text: string) => text.toLowerCase() === 'none'
  const paths = (texts: readonly string[]) => texts.filter((text) => !isNone(text)).map(path)
  const file = (text: string | undefined) => text === undefined ? {} : { value: isNone(text) ? text : path(text) }
  const forwards = (list: readonly Forward[]) => list.map((forward) => expandForward(forward, local, tokens))
  const jumps = (values.proxyJump ?? []).map((hop) => ({ ...hop, host: expandTokens(hop.host, tokens, TOKEN_LETTERS.proxy) }))
  const command = values.proxyCommand === undefined || isNone(values.proxyCommand) ? undefined : expandTokens(values.proxyCommand, tokens, TOKEN_LETTERS.proxyCommand)
  return {
    ...values,
    host: request.host, hostName: tokens['h']!, user: tokens['r']!, tokens,
    named: new Set(raw.keys()),
    identityFilesNamed: raw.has('identityFile'),
    written: {
      identityFile: raw.has('identityFile') ? values.identityFile : IDENTITY_NAMES.map((name) => `~/.ssh/${name}`), certificateFile: values.certificateFile,
      proxyCommand: jumps.length > 0 || command === undefined ? undefined : values.proxyCommand, knownHostsCommand: unlessNone(values.knownHostsCommand), controlPath: unlessNone(file(values.controlPath).value),
    },
    updateHostKeys: raw.has('updateHostKeys') ? values.updateHostKeys : updatesHostKeys(raw) ? 'yes' : 'no',
    setEnv: new Map([...values.setEnv].map(([name, text]) => [name, expandEnvironment(expandTokens(text, tokens, TOKEN_LETTERS.most), local)])),
    identityFile: raw.has('identityFile') ? paths(values.identityFile) : IDENTITY_NAMES.map((name) => join(local.home, '.ssh', name)),
    certificateFile: paths(values.certificateFile),
    userKnownHostsFile: paths(values.userKnownHostsFile),
    globalKnownHostsFile: values.globalKnownHostsFile.filter((text) => !isNone(text)).map((text) => expandHome(text, local)),
    revokedHostKeys: values.revokedHostKeys === undefined || isNone(values.revokedHostKeys) ? undefined : path(values.revokedHostKeys),
    identityAgent: values.identityAgent === undefined ? undefined : socketPath(values.identityAgent, path),
    forwardAgent: typeof values.forwardAgent === 'string' ? socketPath(values.forwardAgent, path) : values.forwardAgent,
    remoteCommand: values.remoteCommand === undefined || isNone(values.remoteCommand) ? undefined : expandTokens(values.remoteCommand, tokens, TOKEN_LETTERS.most),
    controlPath: file(values.controlPath).value,
    localForward: forwards(values.localForward), remoteForward: forwards(values.remoteForward), dynamicForward: forwards(values.dynamicForward),
    proxyJump: jumps,
    proxyCommand: jumps.length > 0 ? undefined : command,
  }
}

const unlessNone = (text: string | undefined) => text === undefined || text.toLowerCase() === 'none' ? undefined : text

/** The default of UpdateHostKeys: only where new keys go to the usual file, and DNS is not asked. */
function updatesHostKeys(raw: RawValues): boolean {
  const files = raw.get('userKnownHostsFile') as readonly string[] | undefined
  return (files === undefined || (files.length === 1 && files[0] === '~/.ssh/known_hosts')) && get(raw, 'verifyHostKeyDNS') === 'no'
}

/** `none`, `SSH_AUTH_SOCK` and `$NAME` for a variable stay as they are. */
function socketPath(text: string, path: (text: string) => string): string {
  return text === 'none' || text === 'SSH_AUTH_SOCK' || /^\$[A-Za-z_]\w*$/.test(text) ? text : path(text)
}

/** Checks the names of jump hosts from outside. Those in files are the user's own, and are checked when they are used, as the hosts of connections of their own. */
function checkHops(values: RawValues): void {
  for (const { host, user } of get(values, 'proxyJump') ?? []) {
    if (!isSafeHost(host) || (user !== undefined && !isSafeUser(user))) throw new ConfigLineError(`not a jump host: ${JSON.stringify(host)}`)
  }
}

/** Only paths of Unix sockets have tokens and variables. */
function expandForward({ listen, connect }: Forward, local: LocalUser, tokens: Tokens): Forward {
  const end = (place: ForwardEnd) => 'path' in place ? { path: expandPath(place.path, local, tokens) } : place
  return { listen: end(listen), ...(connect && { connect: end(connect) }) }
}

async function rejectBadValues<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ConfigLineError)) throw error
    throw new SSHError(`the configuration is wrong: ${error.message}`, { code: 'ERR_SSH_CONFIG' })
  }
}
