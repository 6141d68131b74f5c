/// What loads later: the reading of configurations, and the client.
import type { HostDescription, HostOptions, OpenHost } from '../openssh/open-host.ts'

/**
 * Connects and logs in as `ssh destination` would: ~/.ssh/config and the system's, known_hosts, agent, key files and certificates, machines on the way, proxies; the program of this package does it by the same code.
 * @param destination `alias`, `user@alias` or `ssh://user@alias:port`
 * @throws SSHError `ERR_SSH_CONFIG` where the configuration is wrong, or asks for what must not be passed over and cannot be done; and what `connect()` throws
 */
export async function openHost(destination: string, options: HostOptions = {}): Promise<OpenHost> {
  return (await import('../openssh/open-host.ts')).openHost(destination, options)
}

/** What `openHost` would do, without connecting. @throws SSHError `ERR_SSH_CONFIG` */
export async function resolveHost(destination: string, options: HostOptions = {}): Promise<HostDescription> {
  return (await import('../openssh/open-host.ts')).resolveHost(destination, options)
}
