import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { SSHError } from '../../errors/ssh-error.ts'
import { lowerCase } from '../../host-key/host-name.ts'
import type { Forward, ForwardEnd } from '../forward-spec.ts'
import type { ListValues, SingleValues, Values } from './keywords.ts'
import { ConfigLineError } from './line.ts'
import type { MatchSubject } from './match.ts'
import { type ConfigFile, ConfigReader } from './reader.ts'
import { expandEnvironment, expandPath, expandTokens, type LocalUser, type Tokens } from './tokens.ts'
import type { JumpHost } from './values.ts'

const SYSTEM_FOLDER = '/etc/ssh'
const IDENTITY_NAMES = ['id_rsa', 'id_ecdsa', 'id_ecdsa_sk', 'id_ed25519', 'id_ed25519_sk']

export interface SshConfigRequest {
  /** As the user named it. */
  readonly host: string
  readonly user?: string | undefined
  readonly port?: number | undefined
  /** Read this file instead of the user's and the system's (`-F`); `none` reads no file. */
  readonly file?: string | undefined
  /** `Keyword=value` lines that come before all files (`-o`). */
  readonly options?: readonly string[]
  readonly local?: LocalUser
  /** Told of what is not supported and was passed over. */
  readonly onWarning?: (problem: string) => void
}

/** What ssh_config(5) says about one host. Times are in seconds. Algorithm lists are as written, for `applyAlgorithmList`. */
export interface SshConfig extends Readonly<Omit<SingleValues, Optional>>, Readonly<Partial<Pick<SingleValues, Optional>>>, Readonly<ListValues> {
  /** The machines on the way, the first one first; empty where the connection is direct. */
  readonly proxyJump: readonly JumpHost[]
  /** Whether `identityFiles` are the user's choice, and not the places where keys usually lie. */
  readonly identityFilesNamed: boolean
}
type Optional = 'identityAgent' | 'proxyCommand' | 'hostKeyAlias' | 'kexAlgorithms' | 'hostKeyAlgorithms' | 'ciphers' | 'macs' | 'remoteCommand'

/**
 * Reads the configuration for a host as ssh(1) does: `-o` lines, then ~/.ssh/config, then /etc/ssh/ssh_config, the first value of each keyword winning, with tokens, `~` and environment variables expanded.
 * Keywords that this program has no use for are passed over. Throws `SSHError` `ERR_SSH_CONFIG`, with file and line, where the value of one that it uses is wrong.
 */
export function readSshConfig(request: SshConfigRequest): SshConfig {
  const local = request.local ?? thisUser()
  const values: Values = { identityFiles: [], certificateFiles: [], sendEnv: [], localForwards: [], remoteForwards: [], dynamicForwards: [] }
  if (request.user !== undefined) values.user = request.user
  if (request.port !== undefined) values.port = request.port
  const pass = (finalPass: boolean) => {
    const reader = new ConfigReader(values, local, (known) => subject(request, known, local, finalPass))
    reader.readLines(request.options ?? [], 'command line')
    for (const file of configFiles(request, local)) reader.readFile(file)
    return reader.finalPassWanted
  }
  return rejectBadValues(() => {
    if (pass(false)) {
      values.hostName = finalHostName(request, values)
      pass(true)
    }
    return finish(request, values, local)
  })
}

export function thisUser(): LocalUser {
  const { username, uid, homedir } = userInfo()
  return { name: username, uid, home: homedir, hostName: hostname(), environment: process.env }
}

function configFiles({ file }: SshConfigRequest, { home }: LocalUser): readonly ConfigFile[] {
  const folder = join(home, '.ssh')
  if (file === 'none') return []
  if (file !== undefined) return [{ path: file, folder, required: true }]
  return [{ path: join(folder, 'config'), folder, private: true }, { path: join(SYSTEM_FOLDER, 'ssh_config'), folder: SYSTEM_FOLDER }]
}

function subject(request: SshConfigRequest, values: Values, local: LocalUser, finalPass: boolean): MatchSubject {
  const tokens = tokensOf(request, values, local)
  return { originalHost: request.host, host: tokens.h!, user: tokens.r!, localUser: local.name, finalPass, tokens, warn: (problem) => request.onWarning?.(problem) }
}

function finalHostName({ host }: SshConfigRequest, { hostName }: Values): string {
  return lowerCase(hostName === undefined ? host : expandTokens(hostName, { h: host }))
}

function tokensOf(request: SshConfigRequest, values: Values, local: LocalUser): Tokens {
  return {
    h: finalHostName(request, values), n: request.host, p: String(values.port ?? 22), r: values.user ?? local.name, k: values.hostKeyAlias ?? request.host,
    d: local.home, u: local.name, i: String(local.uid), l: local.hostName, L: local.hostName.split('.')[0]!,
  }
}

function finish(request: SshConfigRequest, { proxyCommand, proxyJump = [], ...values }: Values, local: LocalUser): SshConfig {
  const tokens = tokensOf(request, values, local)
  const path = (text: string) => text === 'none' ? text : expandPath(text, local, tokens)
  const paths = (texts: readonly string[]) => texts.filter((text) => text !== 'none').map(path)
  const forwards = (list: readonly Forward[]) => list.map((forward) => expandForward(forward, local, tokens))
  const { h, n, p, r } = tokens as Record<'h' | 'n' | 'p' | 'r', string>
  return {
    identitiesOnly: false, strictHostKeyChecking: 'ask', hashKnownHosts: false, compression: false, serverAliveInterval: 0, serverAliveCountMax: 3,
    connectTimeout: 0, batchMode: false, setEnv: new Map(), requestTTY: 'auto', forwardAgent: false,
    ...values,
    hostName: h, port: Number(p), user: r,
    identityFilesNamed: values.identityFiles.length > 0,
    identityFiles: values.identityFiles.length > 0 ? paths(values.identityFiles) : IDENTITY_NAMES.map((name) => join(local.home, '.ssh', name)),
    certificateFiles: paths(values.certificateFiles),
    userKnownHostsFiles: paths(values.userKnownHostsFiles ?? ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']),
    globalKnownHostsFiles: paths(values.globalKnownHostsFiles ?? [`${SYSTEM_FOLDER}/ssh_known_hosts`, `${SYSTEM_FOLDER}/ssh_known_hosts2`]),
    ...(values.identityAgent !== undefined && { identityAgent: path(values.identityAgent) }),
    ...(values.remoteCommand !== undefined && { remoteCommand: expandTokens(values.remoteCommand, tokens) }),
    localForwards: forwards(values.localForwards), remoteForwards: forwards(values.remoteForwards), dynamicForwards: forwards(values.dynamicForwards),
    proxyJump: proxyJump.map((hop) => ({ ...hop, host: expandTokens(hop.host, { h, n, p, r }) })),
    ...(proxyCommand !== undefined && proxyCommand.toLowerCase() !== 'none' && { proxyCommand: expandTokens(proxyCommand, { h, n, p, r }) }),
  }
}

/** Only paths of Unix sockets have tokens and variables. */
function expandForward({ listen, connect }: Forward, local: LocalUser, tokens: Tokens): Forward {
  const end = (place: ForwardEnd) => 'path' in place ? { path: expandEnvironment(expandTokens(place.path, tokens), local) } : place
  return { listen: end(listen), ...(connect && { connect: end(connect) }) }
}

function rejectBadValues<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ConfigLineError)) throw error
    throw new SSHError(`the configuration is wrong: ${error.message}`, { code: 'ERR_SSH_CONFIG' })
  }
}
