import { generateKeyPairSync } from 'node:crypto'
import { ReadableStream, WritableStream } from 'node:stream/web'
import WebSocket from 'ws'
import * as agentEntry from '../../src/agent/index.ts'
import * as bindingsEntry from '../../src/bindings/index.ts'
import * as gateway from '../../src/gateway/index.ts'
import * as core from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import * as sshsig from '../../src/sshsig/index.ts'
import * as websocket from '../../src/transports/websocket.ts'
import * as webtransport from '../../src/transports/webtransport.ts'
import * as xterm from '../../src/xterm/index.ts'
import type { Signature } from './signatures.ts'
import type { Own } from './subjects.ts'
import { bindings } from './subjects-bindings.ts'
import { client, keys } from './subjects-client.ts'

/// Where the calls of `signatures.ts` are made, and with what, so that nothing but the one argument that is looked at is wrong.

/** Entries of the package, by the name of their declarations, with their functions. */
export const ENTRIES: Readonly<Record<string, object>> = { index: core, bindings: bindingsEntry, node, agent: agentEntry, sshsig, websocket, webtransport, xterm, gateway }

/** Whose objects are made as the fuzz beside this makes them. */
const MADE_AS: Readonly<Record<string, string>> = { SftpHandle: 'SftpHandle of a file', ForwardedConnection: 'ChannelStream', Signer: 'Signer', Forwarding: 'Forwarding of forwardLocal', PublickeySubsystem: 'PublickeySubsystem' }

/** Makes an object that has the methods of `owner`; undefined for interfaces that callers implement, or that come with results. */
export function maker(owner: string): ((own: Own) => object | Promise<object>) | undefined {
  if (owner === 'ShellAddon') return () => new xterm.ShellAddon()
  if (owner === 'ScpFile') return (own) => own.client.scpReceive('file')
  return [...bindings, ...client, ...keys].find(({ name }) => name === (MADE_AS[owner] ?? owner))?.make
}

/** The function itself, of whatever has it. */
export function functionOf(signature: Signature, self: object | undefined): ((...args: unknown[]) => unknown) | undefined {
  const [first, last] = [signature.name.replace(/^new /, '').split('.')[0] as string, signature.name.split('.')[1]]
  const holder: object | undefined = signature.owner === undefined ? Object.values(ENTRIES).find((entry) => first in entry) : self
  if (!holder) return undefined
  const exported = signature.owner === undefined ? Reflect.get(holder, first) as unknown : holder
  if (signature.name.startsWith('new ')) return (...args) => Reflect.construct(exported as never, args) as unknown
  if (last === undefined) return (...args) => used(first, (exported as (...args: unknown[]) => unknown)(...args))
  const method = Reflect.get(exported as object, last) as ((...args: unknown[]) => unknown) | undefined
  return typeof method === 'function' ? (...args) => Reflect.apply(method, exported, args) : undefined
}

/** What does its work only later does it now. */
function used(name: string, made: unknown): unknown {
  if (name === 'hosts') return (made as node.ManyHosts).run('true').all().then(({ results }) => { for (const result of results) if (!result.ok) throw result.error })
  return made
}

/** Right arguments by the names of parameters. */
export function plausible({ world, client: own }: Own): Readonly<Record<string, unknown>> {
  const key = world.key.text
  return {
    command: 'true', name: 'name', host: '127.0.0.1', port: world.server.port, path: 'file', source: 'file', target: 'new', data: 'text', length: 1, position: 0, size: 4096, mode: 0o644, uid: 12345, gid: 12345,
    atime: 1, mtime: 1, attributes: {}, existing: 'file', linkPath: 'new', user: '', ids: { users: [0] }, key, text: key, known: '', store: core.memoryHostKeyStore(), secret: 'secret', type: 'ed25519',
    content: '', session: own.session, call: () => 0, entries: ['localhost'], destination: 'localhost', client: own, message: 'message', signature: 'none', url: 'ws://127.0.0.1:1/',
    transport: { readable: new ReadableStream(), writable: new WritableStream() }, shell: { stdout: new ReadableStream(), stdin: new WritableStream(), exit: new Promise(() => {}), resize: () => {}, close: () => {} },
    options: {}, forwarding: {}, limits: {}, signing: { namespace: 'file' }, opening: {},
  }
}

/** Right options, where some are needed. */
export function neededOptions(name: string, { world }: Own): Readonly<Record<string, unknown>> {
  const from = { port: 0 }
  switch (name) {
    case 'connect': return { ...world.options }
    case 'forwardDynamic': case 'forwardRemoteDynamic': return { from }
    case 'forwardLocal': case 'forwardRemote': return { from, to: { port: world.server.port } }
    case 'connectTcp': return { host: world.server.host, port: world.server.port }
    case 'connectGateway': return { host: '127.0.0.1', openWebSocket: (url: string, protocols: string[]) => new WebSocket(url, protocols) }
    case 'webAuthnSigner': return { publicKey: core.webAuthnPublicKey(new Uint8Array(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' })), 'localhost').blob }
    case 'signMessage': return { namespace: 'file' }
    case 'verifyMessage': return { namespace: 'file', allowedSigners: '' }
    case 'hosts': return { options: { BatchMode: 'yes', Port: '1' } }
    case 'Client.scpSend': return { mode: 0o644 }
    default: return {}
  }
}

/** Arguments of one call in place of those by name. */
export function special(name: string, { world }: Own): Readonly<Record<string, unknown>> {
  switch (name) {
    case 'AgentClient.addIdentity': case 'formatPrivateKey': return { key: core.parsePrivateKey(world.key.text) }
    case 'KnownHostsFile.add': return { key: core.parsePublicKey(world.key.publicKey).blob }
    case 'SftpClient.upload': case 'Client.scpSend': return { source: new Uint8Array(4), path: 'new' }
    case 'SftpClient.writeFile': case 'SftpClient.appendFile': return { path: 'new' }
    case 'SftpClient.downloadDirectory': case 'SftpClient.list': case 'SftpClient.readdir': case 'SftpClient.walk': case 'SftpClient.rmdir': return { path: 'directory' }
    case 'SftpClient.mkdir': case 'SftpClient.unlink': case 'SftpClient.rm': return { path: 'new' }
    case 'SftpClient.uploadDirectory': return { source: '.', path: 'new-directory' }
    case 'SftpClient.rename': return { source: 'new', target: 'newer' }
    case 'Client.subsystem': return { name: 'sftp' }
    case 'agent': return { source: world.agent.socket }
    case 'connectUnix': return { path: world.agent.socket }
    case 'ManyHosts.download': return { target: (host: string) => `new-${host}` }
    case 'connectWebTransport': return { url: 'https://127.0.0.1:1/' }
    default: return {}
  }
}
