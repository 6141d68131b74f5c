import { type Channel, Session } from '../../src/bindings/index.ts'
import { connectTcp } from '../../src/transports/node.ts'
import { connectUnix } from '../../src/transports/node.ts'
import { ASYNC_DISPOSE, DISPOSE, type Own, type Subject } from './subjects.ts'

const complete = <T>({ client }: Own, call: () => T) => client.session.complete(call)

async function channel(own: Own, command?: string): Promise<Channel> {
  const opened = await complete(own, () => own.client.session.openSession()) as Channel
  if (command !== undefined) await complete(own, () => opened.execute(command))
  return opened
}

async function sftp(own: Own) {
  return await complete(own, () => own.client.session.sftpInit())
}

/** What a server answers by ending the session: a request that it cannot read (RFC 4254 section 5.4 leaves the body to the type), a second terminal (OpenSSH). */
const RAW = ['requestNoReply', 'processStartup', 'setenvNoReply', 'setenvSend', 'openSessionEx', 'pty']
const SESSION = { ends: ['disconnect', 'free', 'close', DISPOSE, ASYNC_DISPOSE], raw: [...RAW, 'globalRequest', 'rekeyAfter'] }
const CHANNEL = { ends: ['free', DISPOSE, 'close'], raw: RAW }

export const bindings: readonly Subject[] = [
  { name: 'Session', make: ({ client }) => client.session, ...SESSION },
  { name: 'Session before its handshake', make: async ({ world }) => Session.create(await connectTcp(world.server), { instance: world.instance }), ...SESSION },
  { name: 'Channel', make: (own) => channel(own), ...CHANNEL },
  { name: 'Channel of a command', make: (own) => channel(own, 'cat'), ...CHANNEL },
  { name: 'Channel of a command that has ended', make: (own) => channel(own, 'echo output; echo error >&2'), ...CHANNEL },
  { name: 'Sftp', make: sftp, ends: ['shutdown', DISPOSE] },
  { name: 'ChannelView', make: async (own) => (await sftp(own) as { getChannel(): object }).getChannel() },
  { name: 'SftpHandle of a file', ends: ['close', DISPOSE], make: async (own) => {
    const files = await sftp(own)
    return complete(own, () => files.open('file', 3, 0o644))
  } },
  { name: 'SftpHandle of a directory', ends: ['close', DISPOSE], make: async (own) => {
    const files = await sftp(own)
    return complete(own, () => files.opendir('directory'))
  } },
  { name: 'Listener', make: (own) => complete(own, () => own.client.session.forwardListen(0)), ends: ['forwardCancel', DISPOSE] },
  { name: 'PublickeySubsystem', make: (own) => complete(own, () => own.client.session.publickeyInit()), ends: ['shutdown', DISPOSE] },
  { name: 'Agent', make: async (own) => {
    const agent = own.client.session.agentInit()
    const transport = await connectUnix(own.world.agent.socket)
    await complete(own, () => agent.connect(transport))
    await complete(own, () => agent.listIdentities())
    return agent
  }, ends: ['disconnect', 'free', DISPOSE] },
  { name: 'KnownHosts', make: ({ client }) => {
    const hosts = client.session.knownhostInit()
    hosts.readline('localhost ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBqBHK5cUVTZTPVsRrAcbRsO+0gGmdYGlIjCPaLAPCFs')
    return hosts
  }, ends: ['free', DISPOSE] },
]
