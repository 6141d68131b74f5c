import type { BytePort, Transport } from '../runtime/transport.ts'
import { PortTransport } from '../transports/port-transport.ts'
import { GatewayEvent, type GatewayEventDetail } from './gateway-event.ts'
import type { GatewayState } from './stream.ts'

/** Carries the bytes of a `GatewayTransport`. */
export interface GatewayCarrier {
  readonly port: BytePort
  readonly state: GatewayState
  readonly roundTrip: number | undefined
  probe(): Promise<number>
}

/** The events of a `GatewayTransport`. */
export interface GatewayEventMap {
  stalled: GatewayEvent
  resumed: GatewayEvent
  lost: GatewayEvent
}

/** A connection through a gateway, opened by `connectGateway`. It lives as long as the stream, over any number of successive WebSockets. */
export class GatewayTransport extends EventTarget implements Transport {
  readonly #carrier: GatewayCarrier
  readonly #streams: PortTransport
  /** The connection's name in the gateway's log; '' if it gave none. Not a secret. */
  readonly id: string
  /** `libssh2-wasm.v1`, `corp-relay-v4`, or `plain`, which cannot resume. */
  readonly protocol: 'libssh2-wasm.v1' | 'corp-relay-v4' | 'plain'
  readonly port: BytePort

  /** @internal */
  constructor(protocol: GatewayTransport['protocol'], id: string, carrier: (tell: (type: keyof GatewayEventMap, detail: GatewayEventDetail) => void) => GatewayCarrier) {
    super()
    this.protocol = protocol
    this.id = id
    this.#carrier = carrier((type, detail) => this.dispatchEvent(new GatewayEvent(type, detail)))
    this.port = this.#carrier.port
    this.#streams = new PortTransport(this.port)
  }

  /** `stalled` while the network is away and both sides keep the stream; `lost` and `closed` are final. */
  get state(): GatewayState {
    return this.#carrier.state
  }

  /** Milliseconds between the last PING and its answer; undefined before the first one. */
  get roundTrip(): number | undefined {
    return this.#carrier.roundTrip
  }

  /** Like `Transport.readable`; `port` is faster, and used instead of it. */
  get readable(): ReadableStream<Uint8Array> {
    return this.#streams.readable
  }

  /** As `Transport.writable`. */
  get writable(): WritableStream<Uint8Array> {
    return this.#streams.writable
  }

  /**
   * Asks the gateway for a sign of life now, to find out whether the network is still there. Resolves with the milliseconds until the answer;
   * if the connection stalls meanwhile, after it has resumed. @throws GatewayError when it is lost or closed, or the protocol has no PING.
   */
  probe(): Promise<number> {
    return this.#carrier.probe()
  }

  /** Ends the stream, and the gateway's connection to the target. */
  async close(): Promise<void> {
    await this.port.close()
  }

  // The types of the runtime's own method, without requiring the DOM library.
  override addEventListener<K extends keyof GatewayEventMap>(type: K, listener: (event: GatewayEventMap[K]) => void, options?: Parameters<EventTarget['addEventListener']>[2]): void
  override addEventListener(...listener: Parameters<EventTarget['addEventListener']>): void
  override addEventListener(type: string, listener: unknown, options?: Parameters<EventTarget['addEventListener']>[2]): void {
    super.addEventListener(type, listener as EventListener, options)
  }
}
