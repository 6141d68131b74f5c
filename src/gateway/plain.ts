/// For a gateway without frames, such as websockify: does the work of `connectWebSocket`, with the API of a `GatewayTransport`.
import type { BytePort, PortSink } from '../runtime/transport.ts'
import { GatewayError, lostByGateway } from './gateway-error.ts'
import type { GatewayEventDetail } from './gateway-event.ts'
import type { GatewayState } from './stream.ts'
import type { GatewayCarrier } from './transport.ts'

export class PlainCarrier implements GatewayCarrier {
  readonly port: BytePort
  readonly roundTrip = undefined
  state: GatewayState = 'open'

  constructor(port: BytePort, tell: (type: 'lost', detail: GatewayEventDetail) => void) {
    const ended = (sink: PortSink, error: unknown) => {
      if (error === undefined || this.state !== 'open') {
        this.state = 'closed'
        return sink.ended(error)
      }
      this.state = 'lost'
      const cause = new GatewayError(error instanceof Error ? error.message : 'the WebSocket was closed', { code: 'ERR_GATEWAY_CONNECT', cause: error })
      tell('lost', { since: Date.now(), unacknowledged: 0, reason: cause.message, attempt: 0, nextIn: 0 })
      sink.ended(lostByGateway(cause, undefined))
    }
    this.port = {
      start: (sink) => port.start({ data: (chunk, lent) => sink.data(chunk, lent), drained: () => sink.drained(), ended: (error) => ended(sink, error) }),
      write: (chunk, more) => port.write(chunk, more),
      get queued() { return port.queued },
      pause: () => port.pause(),
      resume: () => port.resume(),
      close: () => {
        this.state = 'closed'
        return port.close()
      },
      abort: () => {
        this.state = 'closed'
        port.abort()
      },
    }
  }

  probe(): Promise<number> {
    return Promise.reject(new GatewayError('this gateway does not support PING', { code: 'ERR_GATEWAY_PROTOCOL' }))
  }
}
