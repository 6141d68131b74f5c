/// Node, Deno and Bun: TCP, Unix sockets, forwarding, local files; and the user's own OpenSSH set-up.
export * from '../transports/node.ts'
export { openHost, resolveHost } from './open-host.ts'
export { hosts } from '../openssh/hosts/hosts.ts'
export type { HostDescription, HostOptions, OpenHost } from '../openssh/open-host.ts'
export type { HostEntry, HostResult, ManyHostsOptions } from '../openssh/hosts/pool.ts'
export type { HostLine, HostsDirectoryOptions, HostsRun, HostsSummary, HostsTransferOptions, ManyHosts } from '../openssh/hosts/hosts.ts'
export type { MessageLevel, Person } from '../openssh/person.ts'
export type { ConfigOption } from '../openssh/config/reader.ts'
