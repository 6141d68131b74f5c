import type { Socket } from 'node:net'
import type { Client } from '../../client/client.ts'
import { connect, type ConnectOptions } from '../../client/connect.ts'
import type { Transport } from '../../runtime/transport.ts'
import { timeoutError } from '../../errors/timeout-error.ts'
import { HostKeyError, SSHError } from '../../errors/ssh-error.ts'
import { offeredAlgorithms } from '../algorithms.ts'
import { type SshConfig, type SshConfigRequest, readSshConfig } from '../config/ssh-config.ts'
import { formatJumpHost } from '../config/values.ts'
import { hostKeyAdvice, hostKeyPolicyOf } from '../host-keys/policy.ts'
import { hostKeysSettled } from '../host-keys/under-way.ts'
import { prepareLogin } from '../login/methods.ts'
import type { Person } from '../person.ts'
import { socketOf } from '../../transports/node/socket.ts'
import { dial } from './dial.ts'
import { runProxyCommand } from './proxy-command.ts'

/** A connection, with the ones that it goes through; closing it closes them all. */
export interface Connection extends AsyncDisposable {
  readonly client: Client
  readonly config: SshConfig
  /** The hosts as the user sees them: each jump host, and the destination last. */
  readonly path: readonly string[]
  /** Its TCP connection, if it is directly on one. */
  readonly socket: Socket | undefined
  readonly begun: Date
}

export interface OpenOptions {
  readonly person: Person
  readonly signal?: AbortSignal | undefined
  /** Options of `connect()` that override the configuration, for the destination. */
  readonly connect?: Partial<ConnectOptions> | undefined
  /** Reads this file for the jump hosts too (`-F`). */
  readonly file?: string | undefined
}

/** What ssh(1) prints since 10.1. */
const NOT_POST_QUANTUM = `** WARNING: connection is not using a post-quantum key exchange algorithm.
** This session may be vulnerable to "store now, decrypt later" attacks.
** The server may need to be upgraded. See https://openssh.com/pq.html`

/** More jump hosts than that are a circle. */
const LONGEST_PATH = 16

/** Connects and logs in as ssh(1) does, through the hosts of ProxyJump, or through ProxyCommand. */
export async function openConnection(config: SshConfig, options: OpenOptions, depth = 0): Promise<Connection> {
  if (config.refuseConnection !== undefined) throw new SSHError(`RefuseConnection: ${config.refuseConnection}`, { code: 'ERR_SSH_CONFIG' })
  const before: Connection[] = []
  const close = async () => {
    for (const connection of before) await connection[Symbol.asyncDispose]()
  }
  try {
    const transport = options.connect?.transport ?? await transportOf(config, options, before, depth)
    const client = await logIn(config, transport, options)
    return {
      client, config, path: [...before.flatMap(({ path }) => path), config.host], socket: socketOf(transport), begun: new Date(),
      async [Symbol.asyncDispose]() {
        await hostKeysSettled(config)
        await client.close()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function transportOf(config: SshConfig, options: OpenOptions, before: Connection[], depth: number): Promise<Transport> {
  const hop = config.proxyJump?.at(-1)
  if (!hop) return config.proxyCommand === undefined ? dialInTime(config, options) : runProxyCommand(config.proxyCommand)
  if (depth >= LONGEST_PATH) throw new SSHError(`the jump hosts on the way to ${config.host} form a circle`, { code: 'ERR_SSH_CONFIG' })
  const { person, file, signal } = options
  const rest = config.proxyJump!.slice(0, -1)
  const request: SshConfigRequest = {
    host: hop.host, user: hop.user, port: hop.port, file, options: rest.length > 0 ? [['ProxyJump', rest.map(formatJumpHost).join(',')]] : [],
    onDetail: (text) => person.tell(text, 'DEBUG'), onWarning: (text) => person.tell(text),
  }
  const connection = await openConnection(await readSshConfig(request), { person, file, signal }, depth + 1)
  before.push(connection)
  return connection.client.openTcp(config.hostName, config.port, { signal })
}

async function dialInTime(config: SshConfig, { person, signal }: OpenOptions): Promise<Transport> {
  const { connectTimeout } = config
  if (!connectTimeout) return dial(config, person, signal)
  const timeout = AbortSignal.timeout(connectTimeout * 1000)
  try {
    return await dial(config, person, signal ? AbortSignal.any([signal, timeout]) : timeout)
  } catch (error) {
    if (timeout.aborted) throw timeoutError('ERR_CONNECT_TIMEOUT', `connect to host ${config.hostName} port ${config.port}: Connection timed out`)
    throw error
  }
}

async function logIn(config: SshConfig, transport: Transport, { person, signal, connect: more }: OpenOptions): Promise<Client> {
  const { hostName, port, rekeyLimit } = config
  const hostKey = more?.hostKey ?? hostKeyPolicyOf(config, person)
  // Loaded now, so that an announcement is taken up before the first command can end.
  if (hostKey.update) await import('../../client/host-key-update.ts')
  try {
    await using login = await prepareLogin(config, person)
    // Awaited here, so that the agent stays open until the login is over.
    return await connect({
      host: hostName, port, username: config.user, hostKey,
      auth: login.methods,
      ...await offeredAlgorithms(config, hostKey, (text) => person.tell(text, 'DEBUG')),
      compress: config.compression,
      keepalive: config.serverAliveInterval > 0 ? { interval: config.serverAliveInterval * 1000, countMax: config.serverAliveCountMax } : undefined,
      rekey: rekeyOf(rekeyLimit),
      connectTimeout: (config.connectTimeout ?? 0) * 1000,
      signal,
      onAlgorithms: ({ postQuantum }) => { if (!postQuantum && config.warnWeakCrypto === 'yes' && config.kexAlgorithms === undefined) person.tell(NOT_POST_QUANTUM) },
      onBanner: (text) => { if (person.banner) person.banner(text); else person.tell(text.trimEnd(), 'ERROR') },
      debug: (text) => person.tell(text, 'DEBUG'),
      ...more,
      transport,
    })
  } catch (error) {
    const advice = error instanceof HostKeyError ? hostKeyAdvice(error, config) : undefined
    if (advice) person.tell(advice, 'ERROR')
    // If it failed before the session owned the transport, the transport is still open.
    await transport.close?.()
    throw error
  }
}

/** The library's own limits if nothing is configured; its minimum if the configured one is lower. */
function rekeyOf({ bytes, seconds }: SshConfig['rekeyLimit']): ConnectOptions['rekey'] {
  if (bytes === 0 && seconds === 0) return undefined
  return { ...bytes > 0 && { bytes: Math.max(65_536, bytes) }, ...seconds > 0 && { seconds } }
}
