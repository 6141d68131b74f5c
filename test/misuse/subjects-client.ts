import { agent, connect, insecureAcceptAnyHostKey, keyboardInteractive, KnownHostsFile, knownHosts, memoryHostKeyStore, parsePrivateKey, password, pinned, publicKey, toSigner, trustOnFirstUse, webStorageHostKeyStore } from '../../src/index.ts'
import { AgentClient } from '../../src/agent/index.ts'
import * as agentEntry from '../../src/agent/index.ts'
import * as bindingsEntry from '../../src/bindings/index.ts'
import * as core from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import * as sshsig from '../../src/sshsig/index.ts'
import * as websocket from '../../src/transports/websocket.ts'
import * as webtransport from '../../src/transports/webtransport.ts'
import * as xterm from '../../src/xterm/index.ts'
import { connectUnix } from '../../src/transports/node.ts'
import { startSshAgent } from '../support/ssh-agent.ts'
import { functionsOf } from './members.ts'
import { ASYNC_DISPOSE, DISPOSE, type Own, type Subject } from './subjects.ts'
import { login } from './world.ts'

const CLOSES = { ends: ['close', ASYNC_DISPOSE] }

const entry = (name: string, module: object, leftOut: Subject['leftOut'] = {}): Subject => ({ name, make: () => module, members: () => functionsOf(module, name), leftOut })

/** An agent of its own: what it is asked may lock it, empty it or end it. */
async function agentClient({ own, world }: Own): Promise<AgentClient> {
  const alone = own(await startSshAgent())
  alone.add(world.key.path)
  return new AgentClient(await connectUnix(alone.socket))
}

/** The key is no key of this user: each run ends with a refused login, which is a result. */
const manyHosts = ({ world: { server, key } }: Own) => node.hosts([`${login.user}@${server.host}`], { options: { Port: String(server.port), IdentityFile: key.path, IdentitiesOnly: 'yes', StrictHostKeyChecking: 'no', BatchMode: 'yes' } })

/** Whatever the calls before this have made of it. */
const thereIsAFile = ({ client }: Own) => client.run('test -f file || { rm -rf file; echo content > file; }')

const toServer = ({ world, client }: Own) => client.openTcp(world.server.host, world.server.port)

export const client: readonly Subject[] = [
  { name: 'Client', make: (own) => own.client, ...CLOSES },
  { name: 'Process', make: (own) => own.client.exec('cat'), ...CLOSES },
  { name: 'Process that has ended', make: (own) => own.client.exec('true'), ...CLOSES },
  { name: 'ChannelStream', make: toServer, ...CLOSES },
  { name: 'SftpClient', make: (own) => own.client.sftp(), ...CLOSES },
  { name: 'SftpFile', make: async (own) => { await thereIsAFile(own); return (await own.client.sftp()).open('file', 'r+') }, ...CLOSES },
  { name: 'PortListener', make: (own) => own.client.listen(), ...CLOSES },
  { name: 'ScpFile', make: async (own) => { await thereIsAFile(own); return own.client.scpReceive('file') }, ...CLOSES },
  ...Object.entries({
    forwardLocal: ({ client, world }: Own) => node.forwardLocal(client, { from: { port: 0 }, to: world.server }),
    forwardRemote: ({ client, world }: Own) => node.forwardRemote(client, { from: { port: 0 }, to: world.server }),
    forwardDynamic: ({ client }: Own) => node.forwardDynamic(client, { from: { port: 0 } }),
    forwardRemoteDynamic: ({ client }: Own) => node.forwardRemoteDynamic(client, { from: { port: 0 } }),
  }).map(([name, make]): Subject => ({ name: `Forwarding of ${name}`, make, ends: ['close', 'finish', ASYNC_DISPOSE] })),
  { name: 'ManyHosts', make: manyHosts },
  { name: 'HostsRun', make: (own) => manyHosts(own).run('true') },
  { name: "connect's options", make: ({ world }) => world.options, members: () => [{
    name: 'connect', of: 'index', length: 1,
    use: (options, [given]) => connect(typeof given === 'object' && given !== null ? { ...options as typeof given, ...given } as never : given as never),
  }] },
]

export const keys: readonly Subject[] = [
  { name: 'PrivateKey', make: ({ world }) => parsePrivateKey(world.key.text) },
  { name: 'Signer', make: async ({ world }) => toSigner(await parsePrivateKey(world.key.text)) },
  { name: 'AgentClient', make: agentClient, ends: ['close', DISPOSE, ASYNC_DISPOSE] },
  { name: 'AgentIdentity', make: async (own) => (await (await agentClient(own)).identities())[0] as object },
  { name: 'KnownHostsFile', make: ({ world }) => new KnownHostsFile(`127.0.0.1 ${world.key.publicKey}\n`) },
  { name: 'knownHosts()', make: ({ world }) => knownHosts(`127.0.0.1 ${world.key.publicKey}\n`) },
  { name: 'pinned()', make: ({ world }) => pinned(world.key.publicKey) },
  { name: 'trustOnFirstUse()', make: () => trustOnFirstUse(memoryHostKeyStore()) },
  { name: 'insecureAcceptAnyHostKey()', make: () => insecureAcceptAnyHostKey() },
  { name: 'HostKeyStore', make: () => memoryHostKeyStore() },
  { name: 'HostKeyStore of a web storage', make: () => {
    const items = new Map<string, string>()
    return webStorageHostKeyStore({ getItem: (name) => items.get(name) ?? null, setItem: (name, text) => { items.set(name, text) } })
  } },
  { name: 'AuthMethod publicKey', make: ({ world }) => publicKey(world.key.text) },
  { name: 'AuthMethod password', make: () => password('wrong') },
  { name: 'AuthMethod keyboardInteractive', make: () => keyboardInteractive(() => []) },
  { name: 'AuthMethod agent', make: ({ world }) => agent(world.agent.socket) },
]

export const entries: readonly Subject[] = [
  entry('libssh2-wasm', core, { 'PrivateKey.fieldsOf': 'internal' }),
  entry('libssh2-wasm/bindings', bindingsEntry, { 'PublickeySubsystem.open': 'internal: session.publickeyInit() calls it' }),
  entry('libssh2-wasm/agent', agentEntry),
  entry('libssh2-wasm/sshsig', sshsig),
  entry('libssh2-wasm/node', node),
  entry('libssh2-wasm/websocket', websocket),
  entry('libssh2-wasm/webtransport', webtransport),
  entry('libssh2-wasm/xterm', xterm),
]
