import { reasonOf } from '../../errors/reason-of.ts'
import type { Client } from '../../client/client.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { type ForwardAddress, forwardDynamic, forwardLocal, forwardRemote, forwardRemoteDynamic, type Forwarding } from '../../transports/node/forward.ts'
import { type Forward, type ForwardEnd, formatForward } from '../forward-spec.ts'
import type { SshConfig } from '../config/ssh-config.ts'
import type { Person } from '../person.ts'
import { isPermitted } from './permitted.ts'
import { prepareSocket, withMask } from './socket-file.ts'

export type Direction = 'L' | 'R' | 'D'

/** An open forwarding. */
export interface Tunnel {
  readonly direction: Direction
  readonly forward: Forward
  readonly forwarding: Forwarding
}

/** The forwardings of one connection: those of the configuration, and those that `~C` adds. */
export class Tunnels {
  readonly open: Tunnel[] = []
  readonly #client: Client
  readonly #config: SshConfig
  readonly #person: Person

  constructor(client: Client, config: SshConfig, person: Person) {
    this.#client = client
    this.#config = config
    this.#person = person
  }

  /**
   * Opens the forwardings of LocalForward, RemoteForward and DynamicForward, and reports failures. @throws SSHError `ERR_FORWARDING` for a
   * failure with ExitOnForwardFailure
   */
  async openAll(): Promise<void> {
    let failed = false
    for (const [direction, forward] of wantedForwards(this.#config)) {
      try {
        await this.add(direction, forward)
      } catch (error) {
        if (this.#client.session.failure) throw error
        failed = true
        this.#person.tell(`${reasonOf(error)}\nCould not request ${NAMES[direction]} forwarding.`, 'ERROR')
      }
    }
    if (failed && this.#config.exitOnForwardFailure) throw new SSHError('a forwarding could not be opened, and ExitOnForwardFailure is set', { code: 'ERR_FORWARDING' })
  }

  /** Opens another forwarding. @throws the error of listening */
  async add(direction: Direction, forward: Forward): Promise<Tunnel> {
    const forwarding = await this.#start(direction, forward)
    const tunnel = { direction, forward, forwarding }
    this.open.push(tunnel)
    if (direction === 'R' && 'port' in forward.listen && forward.listen.port === 0) this.#person.tell(`Allocated port ${forwarding.port} for remote forward${forward.connect ? ` to ${endText(forward.connect)}` : ''}`)
    return tunnel
  }

  /** What uses the connection, as text for the user. @param shared how many other programs do */
  describe(shared = 0): string {
    const lines = [...this.open.map((tunnel) => `${describeTunnel(tunnel)} (${tunnel.forwarding.connections} open)`), ...shared > 0 ? [`${shared} sessions of other programs`] : []]
    return ['The following connections are open:', ...(lines.length > 0 ? lines : ['the session']).map((line) => `  ${line}`)].join('\n')
  }

  /** The open forwarding with these ends. */
  find(direction: Direction, forward: Forward): Tunnel | undefined {
    return this.open.find((tunnel) => tunnel.direction === direction && formatForward(tunnel.forward) === formatForward(forward))
  }

  /** Stops one listening; its connections go on. */
  async cancel(tunnel: Tunnel): Promise<void> {
    const index = this.open.indexOf(tunnel)
    if (index >= 0) this.open.splice(index, 1)
    if (tunnel.forwarding.connections === 0) await tunnel.forwarding.close()
    else void tunnel.forwarding.finish()
  }

  /** Stops listening, and waits until the open connections have ended: they outlive the command. */
  async finish(): Promise<void> {
    await Promise.all(this.open.map(({ forwarding }) => forwarding.finish()))
  }

  #start(direction: Direction, { listen, connect }: Forward): Promise<Forwarding> {
    const onError = (error: unknown) => { if (!this.#client.session.failure) this.#person.tell(`forwarding: ${reasonOf(error)}`, 'INFO') }
    if (direction === 'R') {
      const from = this.#remoteAddress(listen)
      if (connect) return forwardRemote(this.#client, { from, to: connect, onError })
      return forwardRemoteDynamic(this.#client, { from, onError, permit: (target) => isPermitted(target, this.#config.permitRemoteOpen) })
    }
    if ('path' in listen) prepareSocket(listen.path, this.#config)
    const options = { from: this.#localAddress(listen), onError }
    const begin = () => direction === 'D' || !connect ? forwardDynamic(this.#client, options) : forwardLocal(this.#client, { ...options, to: connect })
    return 'path' in listen ? withMask(this.#config.streamLocalBindMask, begin) : begin()
  }

  /** Without a host: the loopback interface, or with GatewayPorts all interfaces, as for `*` and an empty host. */
  #localAddress(end: ForwardEnd) {
    if ('path' in end) return end
    if (end.host === undefined) return { port: end.port, host: this.#config.gatewayPorts ? '::' : 'localhost' }
    return { port: end.port, host: end.host === '' || end.host === '*' ? '::' : end.host }
  }

  /** Without a host the server is asked to bind `localhost`: its own loopback addresses. */
  #remoteAddress(end: ForwardEnd): ForwardAddress {
    if ('path' in end) return end
    return { port: end.port, host: end.host === undefined ? 'localhost' : end.host === '*' ? '' : end.host }
  }
}

/** The forwardings that the configuration and the command line want. */
export function wantedForwards({ localForward, remoteForward, dynamicForward, clearAllForwardings }: Pick<SshConfig, 'localForward' | 'remoteForward' | 'dynamicForward' | 'clearAllForwardings'>): readonly (readonly [Direction, Forward])[] {
  if (clearAllForwardings) return []
  return ([['L', localForward], ['D', dynamicForward], ['R', remoteForward]] as const).flatMap(([direction, list]) => list.map((forward) => [direction, forward] as const))
}

const NAMES = { L: 'local', R: 'remote', D: 'dynamic' } as const

/** The line that `~#` shows. */
function describeTunnel({ direction, forward }: Pick<Tunnel, 'direction' | 'forward'>): string {
  return `-${direction} ${formatForward(forward)}`
}

export function endText(end: ForwardEnd): string {
  return 'path' in end ? end.path : `${end.host ?? 'localhost'}:${end.port}`
}
