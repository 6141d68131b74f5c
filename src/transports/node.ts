/// TCP, Unix sockets, forwarding and local files of Node, Deno and Bun.
export { connectTcp, connectUnix, fromDuplex, type NodeTcpOptions } from './node/socket.ts'
export { forwardDynamic, type ForwardAddress, type ForwardDynamicOptions, type Forwarding, type ForwardingOptions, forwardLocal, type ForwardLocalOptions, forwardRemote, forwardRemoteDynamic, type ForwardRemoteDynamicOptions, type ForwardRemoteOptions } from './node/forward.ts'
export { toDuplex } from './node/duplex.ts'
export { fileHostKeyStore } from './node/known-hosts-store.ts'
export type { ConnectTcpOptions } from '../runtime/connect-tcp.ts'
export { SystemError } from '../errors/system-error.ts'
export type { SocksTarget } from './forward/socks.ts'
