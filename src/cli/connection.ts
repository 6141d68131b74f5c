import type { Client } from '../client/client.ts'
import { type Algorithms, defaultAlgorithms } from '../client/algorithms.ts'
import { connect } from '../client/connect.ts'
import type { Transport } from '../runtime/transport.ts'
import { HostKeyError, SSHError } from '../errors/ssh-error.ts'
import { applyAlgorithmList } from './algorithm-list.ts'
import type { ConnectionArguments } from './arguments.ts'
import { authMethods } from './authentication.ts'
import { hostKeyAdvice, hostKeyPolicyOf } from './host-key-policy.ts'
import { readSshConfig, type SshConfig } from './ssh-config/ssh-config.ts'
import type { JumpHost } from './ssh-config/values.ts'
import type { Terminal } from './terminal.ts'

/** A connection with the ones that it goes through; closing closes them all. */
export interface Connection extends AsyncDisposable {
  readonly client: Client
  readonly config: SshConfig
}

export async function openConnection(request: ConnectionArguments, terminal: Terminal): Promise<Connection> {
  const config = configOf(request.target, request, terminal)
  if (config.proxyCommand !== undefined && config.proxyJump.length === 0) {
    throw new SSHError('ProxyCommand is not supported; ProxyJump is', { code: 'ERR_SSH_CONFIG' })
  }
  const hops: Client[] = []
  const close = async () => {
    for (const client of hops.reverse()) await client.close()
  }
  try {
    let transport: Transport | undefined
    for (const hop of config.proxyJump) {
      const hopConfig = configOf(hop, { ...request, options: [] }, terminal)
      hops.push(await open(hopConfig, transport, request, terminal))
      const next = config.proxyJump[hops.length]
      const place = next ? configOf(next, { ...request, options: [] }, terminal) : config
      transport = await (hops.at(-1) as Client).openTcp(place.hostName, place.port)
    }
    const client = await open(config, transport, request, terminal)
    hops.push(client)
    return { client, config, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

function configOf({ host, user, port }: JumpHost, request: Pick<ConnectionArguments, 'configFile' | 'options' | 'verbose'>, terminal: Terminal): SshConfig {
  return readSshConfig({ host, user, port, file: request.configFile, options: request.options, onWarning: (problem) => { if (request.verbose) terminal.tell(problem) } })
}

async function open(config: SshConfig, transport: Transport | undefined, { verbose }: ConnectionArguments, terminal: Terminal): Promise<Client> {
  const { hostName, port } = config
  try {
    return await connect({
      host: hostName, port, username: config.user, transport,
      hostKey: hostKeyPolicyOf(config, terminal),
      auth: authMethods(config, terminal),
      algorithms: algorithmsOf(config),
      compress: config.compression,
      keepalive: config.serverAliveInterval > 0 ? { interval: config.serverAliveInterval * 1000, countMax: config.serverAliveCountMax } : undefined,
      connectTimeout: config.connectTimeout * 1000,
      onBanner: (text) => terminal.tell(text.trimEnd()),
      debug: verbose ? (text) => terminal.tell(`debug: ${text}`) : undefined,
    })
  } catch (error) {
    const advice = error instanceof HostKeyError ? hostKeyAdvice(error, hostName, port, config.userKnownHostsFiles) : undefined
    if (advice) terminal.tell(advice)
    throw error
  }
}

/** Lists of ssh_config that name algorithms: as they are, or changes to the defaults (`+`, `-`, `^`). */
function algorithmsOf({ kexAlgorithms, hostKeyAlgorithms, ciphers, macs }: SshConfig): Algorithms {
  const lists = { kex: kexAlgorithms, hostKey: hostKeyAlgorithms, cipher: ciphers, mac: macs }
  return Object.fromEntries(Object.entries(lists).flatMap(([kind, list]) =>
    list === undefined ? [] : [[kind, applyAlgorithmList(list, defaultAlgorithms(kind as keyof typeof lists))]]))
}
