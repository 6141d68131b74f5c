import type { Client } from '../client/client.ts'
import { forwardDynamic, forwardLocal, forwardRemote, type Forwarding } from '../transports/node/forward.ts'
import { UsageError } from './arguments.ts'
import type { ForwardEnd } from './forward-spec.ts'
import type { SshConfig } from './ssh-config/ssh-config.ts'
import type { Terminal } from './terminal.ts'

/** Opens what `-L`, `-R`, `-D` and the configuration ask for. They end with the connection. */
export async function openTunnels(client: Client, config: Pick<SshConfig, 'localForwards' | 'remoteForwards' | 'dynamicForwards'>, terminal: Terminal): Promise<Forwarding[]> {
  const onError = (error: unknown) => terminal.tell(`forwarding: ${error instanceof Error ? error.message : String(error)}`)
  return Promise.all([
    ...config.localForwards.map(({ listen, connect }) => forwardLocal(client, { from: address(listen), to: address(destination(connect)), onError })),
    ...config.dynamicForwards.map(({ listen }) => forwardDynamic(client, { from: address(listen), onError })),
    ...config.remoteForwards.map(({ listen, connect }) => forwardRemote(client, { from: remoteAddress(listen), to: address(destination(connect)), onError })),
  ])
}

function destination(end: ForwardEnd | undefined): ForwardEnd {
  if (!end) throw new UsageError('a remote forwarding needs a destination here')
  return end
}

/** `*`, and an empty host, are all addresses. */
function address(end: ForwardEnd) {
  if ('path' in end) return end
  return { port: end.port, ...end.host === undefined ? {} : { host: everywhere(end.host) } }
}

function remoteAddress(end: ForwardEnd) {
  if ('path' in end) throw new UsageError('a remote forwarding listens on a port')
  return { port: end.port, ...end.host === undefined ? {} : { host: end.host === '*' ? '' : end.host } }
}

const everywhere = (host: string) => host === '' || host === '*' ? '::' : host
