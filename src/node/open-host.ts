/// Loaded later: the code that reads configurations, and the client.
import type { HostDescription, HostOptions, OpenHost } from '../openssh/open-host.ts'

/**
 * Connects and logs in as `ssh destination` would, with ~/.ssh/config and the system's, known_hosts, agent, key files and certificates, jump
 * hosts and proxies. The command-line program uses the same code.
 * @param destination `alias`, `user@alias` or `ssh://user@alias:port`
 * @throws SSHError `ERR_SSH_CONFIG` if the configuration is wrong, or requires something that is unsupported and unsafe to ignore; and the
 * errors of `connect()`
 */
export async function openHost(destination: string, options: HostOptions = {}): Promise<OpenHost> {
  return (await import('../openssh/open-host.ts')).openHost(destination, options)
}

/** What `openHost` would do, without connecting. @throws SSHError `ERR_SSH_CONFIG` */
export async function resolveHost(destination: string, options: HostOptions = {}): Promise<HostDescription> {
  return (await import('../openssh/open-host.ts')).resolveHost(destination, options)
}
