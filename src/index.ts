/// The public names of `libssh2-wasm`, nothing else.

// Client
export { connect, type ConnectOptions } from './client/connect.ts'
export { type CallOptions, Client, type ExecOptions, type RunOptions, type RunResult, type SessionEnd, type ShellOptions } from './client/client.ts'
export { Process } from './client/process.ts'
export type { AgentForwarding, AgentOpener, X11Forwarding } from './client/forwarding.ts'
export { type ForwardedConnection, type ListenOptions, PortListener } from './client/listener.ts'
export type { ChannelStream } from './client/channel-stream.ts'
export type { KeepaliveOptions } from './client/keepalive.ts'
export type { AlgorithmKind, AlgorithmOptions, Algorithms, NegotiatedAlgorithms } from './client/algorithms.ts'
export { type AuthContext, type AuthMethod, keyboardInteractive, password } from './client/auth.ts'
export { agent, type AgentOptions } from './client/auth-agent.ts'
export { publicKey } from './client/auth-public-key.ts'

// SFTP
export { SftpClient, type SftpOpenOptions, type SftpReadFileOptions, type SftpWriteFileOptions } from './client/sftp/sftp-client.ts'
export { SftpFile, type SftpReadableOptions, type SftpWritableOptions } from './client/sftp/sftp-file.ts'
export { SftpStat } from './client/sftp/attributes.ts'
export { SftpEntry } from './client/sftp/directory.ts'
export type { SftpLimits } from './client/sftp/limits.ts'
export type { LocalPath } from './client/sftp/local-file.ts'
export type { SftpOpenFlags } from './client/sftp/open-flags.ts'
export type { UploadSource } from './client/sftp/sources.ts'
export type { DownloadTarget } from './client/sftp/sinks.ts'
export type { TransferOptions, TransferProgress, UploadOptions } from './client/sftp/transfer.ts'
export type { DirectoryProgress, DirectoryTransferOptions, DirectoryTransferResult } from './client/sftp/transfer-directory.ts'

// Keys
export { AgentClient, type AddIdentityOptions, type AgentIdentity } from './keys/agent-client.ts'
export type { AgentTransport } from './keys/agent-stream.ts'
export { formatPrivateKey, type FormatPrivateKeyOptions, generateKeyPair, type GenerateKeyPairOptions } from './keys/generate-key-pair.ts'
export { parsePrivateKey, type ParsePrivateKeyOptions } from './keys/parse-private-key.ts'
export { PrivateKey } from './keys/private-key.ts'
export { formatPublicKey, parsePublicKey, type PublicKey } from './keys/public-key.ts'
export type { Signer } from './keys/signer.ts'
export { type ForeignSigner, type SignerOptions, type SigningKey, toSigner } from './keys/to-signer.ts'
export { webAuthnPublicKey, webAuthnSigner, type WebAuthnSignerOptions } from './keys/webauthn-signer.ts'

// Host keys
export type { HostKeyInfo, HostKeyPolicy } from './host-key/policy.ts'
export { fingerprint, randomart } from './host-key/fingerprint.ts'
export { type HostKeyStore, memoryHostKeyStore, webStorageHostKeyStore } from './host-key/host-key-store.ts'
export { indexedDbHostKeyStore } from './host-key/indexed-db-host-key-store.ts'
export { knownHosts } from './host-key/known-hosts.ts'
export { KnownHostsFile } from './host-key/known-hosts-file.ts'
export { pinned } from './host-key/pinned.ts'
export { trustOnFirstUse, type TrustOnFirstUseOptions } from './host-key/trust-on-first-use.ts'
export { verifyHostKeyWith } from './host-key/verify-host-key-with.ts'
export { insecureAcceptAnyHostKey } from './host-key/insecure-accept-any-host-key.ts'

// Bindings
export { Session, type IncomingX11, type SessionOptions } from './bindings/session.ts'
export type { Disconnected, HostKey } from './bindings/session-transport.ts'
export type { MethodsLeft, NewPasswordFunction, SignFunction } from './bindings/session-userauth.ts'
export type { PromptFunction, PromptRound } from './bindings/prompt-round.ts'
export { Channel, type Exit, type ExitSignal, type Originator, type PtyOptions } from './bindings/channel.ts'
export { Listener } from './bindings/listener.ts'
export { Sftp } from './bindings/sftp.ts'
export { type SftpDirectoryEntry, SftpHandle } from './bindings/sftp-handle.ts'
export type { SftpAttributes, SftpStatvfs } from './bindings/sftp-attributes.ts'
export type { SftpPath } from './bindings/sftp-calls.ts'

// Shared
export type { BytePort, PortSink, Transport } from './core/transport.ts'
export { AuthenticationError, ChannelError, DisconnectError, HostKeyError, KeyError, SftpError, SSHError, type SSHErrorOptions } from './errors/ssh-error.ts'
export * from './ffi/constants.gen.ts'
export { Instance, type InstanceOptions } from './ffi/instance.ts'
