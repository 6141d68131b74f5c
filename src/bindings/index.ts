/// `libssh2-wasm/bindings`: libssh2's functions one by one, with the names of ssh2-python and libssh2's constants.

export { Session, type IncomingX11, type SessionOptions } from './session/session.ts'
export type { FirstExchange, GlobalAnswer } from './session/global-requests.ts'
export type { RekeyLimits } from './session/rekey-limits.ts'
export type { Disconnected, HostKey } from './session/transport.ts'
export type { MethodsLeft, NewPasswordFunction, SignFunction } from './session/userauth.ts'
export type { Prompt, PromptFunction, PromptRound } from './session/prompt-round.ts'
export { Channel, type Exit, type ExitSignal, type Originator, type PtyOptions } from './channel/channel.ts'
export { Agent } from './agent.ts'
export type { PublickeyAttribute, PublickeyEntry } from './publickey/packets.ts'
export { PublickeySubsystem } from './publickey/subsystem.ts'
export { type KnownHost, KnownHosts } from './known-hosts.ts'
export { Listener } from './listener/listener.ts'
export type { ScpStat } from './scp.ts'
export { Sftp } from './sftp/sftp.ts'
export { type SftpDirectoryEntry, SftpHandle } from './sftp/handle.ts'
export type { SftpAttributes, SftpStatvfs } from './sftp/attributes.ts'
export type { SftpPath } from './sftp/context.ts'

export type { Again } from './session-context.ts'
export type { RunOptions as CompleteOptions } from '../core/driver.ts'

// The same in both entries
export type { BytePort, PortSink, Transport } from '../runtime/transport.ts'
export { AuthenticationError, ChannelError, DisconnectError, HostKeyError, KeyError, SftpError, SSHError, type SSHErrorOptions } from '../errors/ssh-error.ts'
export * from '../ffi/constants.gen.ts'
export { Instance, type InstanceOptions } from '../ffi/instance.ts'
export type { WebAssemblyModule } from '../runtime/globals.ts'
