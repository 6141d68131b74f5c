import { clientError, type ClientError } from './errors.ts'
import type { AlgorithmOptions } from '../../client/algorithms.ts'
import { createAgent, isAgent } from '../agents/index.ts'
import type { BaseAgent } from '../agents/base-agent.ts'
import { asListed, byHandler, type Choice, inOrder } from '../auth/choice.ts'
import { type Login, methodsOf } from '../auth/login.ts'
import { byMode } from '../host-keys/by-mode.ts'
import { normalHost } from '../host-keys/host-name.ts'
import { ANY_KEY, byPolicy, byVerifier, type HostKeyJudge, type UnknownHostKey } from '../host-keys/judge.ts'
import { hostKeysMode } from '../host-keys/mode.ts'
import { type ParsedKey, wipe } from '../utils/parsed-key.ts'
import { parseKey } from '../utils/parse-key.ts'
import { readAlgorithms } from './algorithm-lists.ts'
import type { ConnectConfig } from './connect-config.ts'

/** The part of the configuration that a connection uses: checked, and copied. */
export interface Settings {
  readonly host: string
  readonly port: number
  readonly localAddress: string | undefined
  readonly localPort: number | undefined
  /** Only addresses of this IP version, which are looked up first. */
  readonly family: 4 | 6 | undefined
  readonly readyTimeout: number
  readonly keepaliveInterval: number
  readonly keepaliveCountMax: number
  readonly timeout: number
  readonly strictVendor: boolean
  readonly ident: string | undefined
  readonly algorithms: AlgorithmOptions
  readonly debug: ((text: string) => void) | undefined
  readonly judge: HostKeyJudge
  readonly login: Login
  readonly agent: BaseAgent | undefined
  readonly agentForward: boolean
  explainSocketError(error: Error): ClientError
  /** Zeroes the login's private key, and lets go of the password. */
  forget(): void
}

/** Copies a configuration. @param unknownHostKey called with an unknown host key that is accepted @throws Error for invalid options */
export function readSettings(config: ConnectConfig, unknownHostKey: (about: UnknownHostKey) => void): Settings {
  const { username, agent } = whoLogsIn(config)
  const privateKey = readPrivateKey(config)
  try {
    return settingsWith({ username, agent, privateKey }, config, unknownHostKey)
  } catch (error) {
    wipe(privateKey)
    throw error
  }
}

/** @throws Error for a missing name, or for forwarding without an agent */
function whoLogsIn(config: ConnectConfig): Pick<Login, 'username' | 'agent'> {
  const username = [config.username, config.user].find((name) => typeof name === 'string')
  if (typeof username !== 'string') throw new Error('Invalid username')
  const agent = typeof config.agent === 'string' && config.agent !== '' ? createAgent(config.agent) : isAgent(config.agent) ? config.agent : undefined
  if (config.agentForward === true && !agent) throw new Error('You must set a valid agent path to allow agent forwarding')
  return { username, agent }
}

function settingsWith({ username, agent, privateKey }: Pick<Login, 'username' | 'agent' | 'privateKey'>, config: ConnectConfig, unknownHostKey: (about: UnknownHostKey) => void): Settings {
  const host = config.hostname || config.host || 'localhost'
  const port = config.port || 22
  const { forceIPv4, forceIPv6 } = config
  const family = Boolean(forceIPv4) === Boolean(forceIPv6) ? undefined : forceIPv4 ? 4 : 6
  const known = { username, password: textOf(config.password), privateKey, agent, tryKeyboard: config.tryKeyboard === true, localHostname: textOf(config.localHostname), localUsername: textOf(config.localUsername), sha1: namesSha1(config) }
  const authHandler = config.authHandler ?? undefined
  const login = { ...known, choice: choiceOf(authHandler, known) }
  return {
    host, port, family, agent,
    localAddress: textOf(config.localAddress),
    localPort: config.localPort ?? undefined,
    agentForward: config.agentForward === true,
    readyTimeout: atLeastZero(config.readyTimeout, 20_000),
    keepaliveInterval: atLeastZero(config.keepaliveInterval, 0),
    keepaliveCountMax: atLeastZero(config.keepaliveCountMax, 3),
    timeout: timeoutOf(config.timeout),
    strictVendor: config.strictVendor !== false,
    ident: typeof config.ident === 'string' || config.ident instanceof Uint8Array ? String(config.ident) || undefined : undefined,
    algorithms: readAlgorithms(config.algorithms),
    debug: typeof config.debug === 'function' ? config.debug : undefined,
    judge: judgeOf(config, { host, port: Number(port), sendsSecrets: known.password !== undefined || known.tryKeyboard || authHandler !== undefined }, unknownHostKey),
    login,
    explainSocketError: (error) => explained(error as NodeJS.ErrnoException, host, family),
    forget() {
      wipe(privateKey)
      known.password = login.password = undefined
    },
  }
}

function choiceOf(authHandler: ConnectConfig['authHandler'], known: Omit<Login, 'choice'>): Choice {
  if (typeof authHandler === 'function') return byHandler(authHandler)
  return Array.isArray(authHandler) ? inOrder(authHandler) : asListed(methodsOf(known))
}

function readPrivateKey({ privateKey, passphrase }: ConnectConfig): ParsedKey | undefined {
  if (privateKey === undefined || privateKey === null || privateKey === '' || !(typeof privateKey === 'string' || privateKey instanceof Uint8Array)) return undefined
  const parsed = parseKey(privateKey, passphrase)
  if (parsed instanceof Error) throw new Error(`Cannot parse privateKey: ${parsed.message}`, { cause: parsed })
  if (!parsed.isPrivateKey()) throw new Error('privateKey value does not contain a (valid) private key')
  return parsed
}

interface Place {
  readonly host: string
  readonly port: number
  readonly sendsSecrets: boolean
}

function judgeOf(config: ConnectConfig, { host, port, sendsSecrets }: Place, warn: (about: UnknownHostKey) => void): HostKeyJudge {
  const { hostVerifier, hostKey, hostKeyAlias } = config
  if (typeof hostVerifier === 'function') return byVerifier(hostVerifier, config.hostHash)
  // For a stream, the caller says which server it leads to.
  const named = hostKeyAlias || config.hostname || config.host || (config.sock ? undefined : host)
  const where = { host: named === undefined ? undefined : normalHost(named), port: hostKeyAlias ? 22 : port }
  if (hostKey) return byPolicy(hostKey, where.host ?? '', where.port)
  const mode = hostKeysMode()
  return mode === 'ssh2' ? ANY_KEY : byMode(mode, { ...where, agentForward: config.agentForward === true, sendsSecrets, warn })
}

/** SHA-1 is only for callers who name `ssh-rsa` themselves. */
function namesSha1({ algorithms }: ConnectConfig): boolean {
  return readAlgorithms({ serverHostKey: algorithms?.serverHostKey }).algorithms?.hostKey?.includes('ssh-rsa') ?? false
}

const textOf = (value: unknown) => typeof value === 'string' ? value : undefined

/** Milliseconds, checked before anything is dialled. @throws RangeError as the socket of `ssh2` does */
function timeoutOf(value: unknown): number {
  if (typeof value !== 'number') return 0
  if (!(value >= 0 && value < Infinity)) throw Object.assign(new RangeError(`The value of "timeout" is out of range. It must be a non-negative finite number. Received ${value}`), { code: 'ERR_OUT_OF_RANGE' })
  return value
}

const atLeastZero = (value: unknown, otherwise: number) => typeof value === 'number' && value >= 0 ? value : otherwise

function explained(error: NodeJS.ErrnoException, host: string, family: 4 | 6 | undefined): ClientError {
  if (family && error.syscall === 'getaddrinfo') return clientError(`Error while looking up IPv${family} address for '${host}': ${String(error)}`, { level: 'client-dns', code: error.code }, error)
  return Object.assign(error, { level: 'client-socket' as const })
}
