/// The public names of `libssh2-wasm`: the client, keys, host keys and errors.

// Client
export { connect, type ConnectOptions } from './client/connect.ts'
export type { CallOptions } from './abort/call-options.ts'
export { Client, type ExecOptions, type RunOptions, type RunResult, type SessionEnd, type ShellOptions } from './client/client.ts'
export { Process } from './client/process.ts'
export type { AgentForwarding, AgentOpener, X11Forwarding } from './client/forwarding.ts'
export type { ForwardedConnection, ListenOptions, PortListener } from './client/listener.ts'
export type { ChannelStream } from './client/channel-stream.ts'
export type { KeepaliveOptions } from './client/keepalive.ts'
export type { AlgorithmKind, AlgorithmOptions, Algorithms, NegotiatedAlgorithms } from './client/algorithms.ts'
export { type AuthContext, type AuthMethod, keyboardInteractive, password, type RespondFunction } from './client/auth/authenticate.ts'
export { agent, type AgentOptions } from './client/auth/agent.ts'
export { publicKey, type PublicKeyOptions } from './client/auth/public-key.ts'
export type { AuthenticatedBy } from './client/auth/log-in.ts'

// SFTP
export type { SftpClient, SftpOpenOptions, SftpReadFileOptions, SftpWriteFileOptions } from './sftp/client/sftp-client.ts'
export type { SftpFile, SftpReadableOptions, SftpWritableOptions } from './sftp/client/sftp-file.ts'
export type { ScpFile, ScpSendOptions } from './client/scp.ts'
export type { SftpStat } from './sftp/protocol/attributes.ts'
export type { SftpEntry } from './sftp/tree/directory.ts'
export type { SftpLimits } from './sftp/protocol/limits.ts'
export type { LocalPath } from './runtime/local-files.ts'
export type { SftpOpenFlags } from './sftp/protocol/open-flags.ts'
export type { UploadSource } from './sftp/transfer/sources.ts'
export type { DownloadTarget } from './sftp/transfer/sinks.ts'
export type { TransferOptions, TransferProgress, UploadOptions } from './sftp/transfer/transfer.ts'
export type { DirectoryProgress, DirectoryTransferOptions, DirectoryTransferResult } from './sftp/tree/transfer-directory.ts'

// Keys
export type { AgentClient, AddIdentityOptions, AgentIdentity } from './keys/agent/client.ts'
export type { AgentTransport } from './keys/agent/stream.ts'
export { formatPrivateKey, type FormatPrivateKeyOptions, generateKeyPair, type GenerateKeyPairOptions } from './keys/generate-key-pair.ts'
export { parsePrivateKey, type ParsePrivateKeyOptions } from './keys/files/parse-private-key.ts'
export type { PrivateKey } from './keys/private-key.ts'
export { formatPublicKey, parsePublicKey, type PublicKey } from './keys/public-key.ts'
export type { Signer } from './keys/signers/signer.ts'
export { toCryptoKeys } from './keys/to-crypto-keys.ts'
export { type ForeignSigner, type SignerOptions, type SigningKey, toSigner } from './keys/signers/to-signer.ts'
export { webAuthnPublicKey, webAuthnSigner, type WebAuthnSignerOptions } from './keys/signers/webauthn-signer.ts'

// Host keys
export type { HostKeyInfo, HostKeyPolicy } from './host-key/policy.ts'
export { fingerprint, randomart } from './host-key/fingerprint.ts'
export { type HostKeyStore, memoryHostKeyStore, webStorageHostKeyStore } from './host-key/stores/host-key-store.ts'
export { indexedDbHostKeyStore, type ReplaceableHostKeyStore } from './host-key/stores/indexed-db.ts'
export { knownHosts } from './host-key/known-hosts/known-hosts.ts'
export { type AddHostOptions, KnownHostsFile, type KnownHostsOptions } from './host-key/known-hosts/file.ts'
export type { KnownHostsEntry, KnownHostsMarker } from './host-key/known-hosts/line.ts'
export { pinned } from './host-key/pinned.ts'
export { trustOnFirstUse, type TrustOnFirstUseOptions } from './host-key/trust-on-first-use.ts'
export { verifyHostKeyWith } from './host-key/verify-host-key-with.ts'
export { insecureAcceptAnyHostKey } from './host-key/insecure-accept-any-host-key.ts'

// Types that the bindings (`libssh2-wasm/bindings`) and the client share
export type { SessionOptions } from './bindings/session/session.ts'
export type { RekeyLimits } from './bindings/session/transport.ts'
export type { Prompt, PromptFunction, PromptRound } from './bindings/session/prompt-round.ts'
export type { Exit, Originator, PtyOptions } from './bindings/channel/channel.ts'
export type { SftpStatvfs } from './bindings/sftp/attributes.ts'

// Shared
export type { BytePort, PortSink, Transport } from './runtime/transport.ts'
export { type AuthAttempt, AuthenticationError, ChannelError, DisconnectError, HostKeyError, KeyError, SftpError, SSHError, type SSHErrorOptions } from './errors/ssh-error.ts'
export { Instance, type InstanceOptions } from './ffi/instance.ts'
