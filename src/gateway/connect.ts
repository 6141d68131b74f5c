import { after, milliseconds } from '../abort/milliseconds.ts'
import { checkSignal, onAbort } from '../abort/on-abort.ts'
import { able, callables, record } from '../errors/arguments.ts'
import type { BytePort } from '../runtime/transport.ts'
import { fromWebSocket } from '../transports/websocket.ts'
import { gatewayUrls, type GatewayUrls } from './address.ts'
import { CloseCode } from '../gateway-protocol/close-codes.ts'
import { decodeFrame, FrameError, type Hello, RESUME_PREFIX, SUBPROTOCOL, SUBPROTOCOL_PLAIN, SUBPROTOCOL_V4, TICKET_PREFIX, V4_DATA_MAX } from '../gateway-protocol/codec.ts'
import { closedByGateway, GatewayError } from './gateway-error.ts'
import { Link, type OpenWebSocket } from './link.ts'
import { PlainCarrier } from './plain.ts'
import { encodeResume, fromBase64url, SECRET_LENGTH, toBase64url } from '../gateway-protocol/resume.ts'
import { GatewayStream } from './stream.ts'
import { GatewayTransport } from './transport.ts'

/** What a ticket is needed for. */
export interface TicketRequest {
  /** For an open connection: the gateway wants to check again who the user is. */
  readonly resuming: boolean
  /** The gateway rejected the last ticket, or wants one. */
  readonly refused: boolean
}

export interface ResumeOptions {
  /** Milliseconds without an expected sign of life, after which another WebSocket is opened. Default 3000. */
  readonly patience?: number
  /**
   * Milliseconds without a gateway after which the connection is lost; never more than the gateway keeps it. Default 900,000. 0 or `Infinity`:
   * as long as the gateway keeps it.
   */
  readonly giveUp?: number
}

export interface ConnectGatewayOptions {
  /** The target for the gateway: a name or an address. */
  readonly host: string
  /** Default 22. */
  readonly port?: number
  /**
   * Proves who the client is, e.g. a signed token of your backend; or a function that gets one, called each time the gateway wants one. It is
   * sent in a header, never in the URL.
   */
  readonly ticket?: string | ((request: TicketRequest) => string | Promise<string>) | undefined
  /** How the connection outlives the network. False: it does not. */
  readonly resume?: ResumeOptions | false
  /** `auto` uses the best protocol that the gateway supports. Default `auto`. */
  readonly protocol?: 'auto' | 'corp-relay-v4' | 'plain'
  /** Milliseconds until the connection must be open. Default 30,000; 0 for no limit. */
  readonly timeout?: number
  readonly signal?: AbortSignal | undefined
  /** Makes the WebSocket, if the runtime has none (Node 20) or you need headers: `(url, protocols) => new WebSocket(url, protocols)` of npm `ws`. */
  readonly openWebSocket?: OpenWebSocket
}

/** The most unacknowledged bytes for other corp-relay-v4 relays. */
const V4_WINDOW = 4 << 20

/**
 * Opens a connection through a gateway that outlives the WebSocket: when the network goes away, or the machine sleeps, both sides keep the bytes that
 * the other has not acknowledged, and continue at exactly that byte. The gateway sees ciphertext. Through gateways without such a protocol
 * (websockify) it is a plain connection.
 * @param url `wss://gateway.example`, with a path in front of `/tcp/HOST/PORT` if there is one; in a page, a path of its own origin is enough.
 * @throws GatewayError, TypeError or RangeError for invalid options, or `signal.reason`.
 */
export async function connectGateway(url: string | URL, options: ConnectGatewayOptions): Promise<GatewayTransport> {
  const { host, port = 22, resume = {}, protocol = 'auto', timeout = 30_000, signal, openWebSocket } = record(options, 'options')
  checkSignal(signal)
  if (resume !== false) record(resume, 'resume')
  callables({ openWebSocket })
  const urls = gatewayUrls(url, host, port)
  if (!Object.hasOwn(OFFERED, protocol)) throw new TypeError("protocol must be 'auto', 'corp-relay-v4' or 'plain'")
  const patience = milliseconds((resume || {}).patience ?? 3000, 'resume.patience')
  const giveUp = milliseconds((resume || {}).giveUp ?? 900_000, 'resume.giveUp')
  const limit = milliseconds(timeout, 'timeout')
  const dialler = new Dialler(urls, options, protocol)
  const opened = await withLimit(limit, signal, (stopped) => open(dialler, stopped, false))
  if ('port' in opened) return new GatewayTransport('plain', '', (tell) => new PlainCarrier(opened.port, tell))
  const { link, subprotocol, id, hello } = opened
  const extended = subprotocol === SUBPROTOCOL
  const secret = fromBase64url(hello.secret ?? '')
  const resumable = resume !== false && (extended ? hello.resumeSeconds > 0 && secret?.length === SECRET_LENGTH : true)
  const dial = (received: number, ticket: boolean, refused: boolean) => extended
    ? dialler.resume(hello.url ?? urls.tcp, { id, secret: secret as Uint8Array, received }, ticket && { resuming: true, refused })
    : dialler.resumeV4(urls.v4Resume(id, received), ticket && { resuming: true, refused })
  return new GatewayTransport(extended ? SUBPROTOCOL : 'corp-relay-v4', extended ? id : '', (tell) => {
    const stream = new GatewayStream(link, { id: extended ? id : undefined, hello, extended, patience, giveUp, tell, dial: resumable ? dial : undefined })
    return {
      port: stream,
      get state() { return stream.state },
      get roundTrip() { return stream.roundTrip },
      probe: () => stream.probe(),
    }
  })
}

const OFFERED = {
  auto: [SUBPROTOCOL, SUBPROTOCOL_V4, SUBPROTOCOL_PLAIN],
  'corp-relay-v4': [SUBPROTOCOL_V4],
  plain: [SUBPROTOCOL_PLAIN],
} as const

interface Opened {
  readonly link: Link
  readonly subprotocol: string
  readonly id: string
  readonly hello: Hello
}

/** The gateway uses no frames. */
interface Plain {
  readonly port: BytePort
}

/** Opens WebSockets with the subprotocols and ticket for the gateway. */
class Dialler {
  readonly #urls: GatewayUrls
  readonly #options: ConnectGatewayOptions
  readonly #protocol: keyof typeof OFFERED

  constructor(urls: GatewayUrls, options: ConnectGatewayOptions, protocol: keyof typeof OFFERED) {
    this.#urls = urls
    this.#options = options
    this.#protocol = protocol
  }

  /** Whether another ticket can be requested. */
  get asks(): boolean {
    return typeof this.#options.ticket === 'function'
  }

  async first(refused: boolean): Promise<Link> {
    const url = this.#protocol === 'corp-relay-v4' ? this.#urls.v4 : this.#urls.tcp
    return this.#open(url, [...OFFERED[this.#protocol], ...await this.#ticket({ resuming: false, refused })])
  }

  async resume(url: string, what: Parameters<typeof encodeResume>[0], ticket: TicketRequest | false): Promise<Link> {
    return this.#open(url, [SUBPROTOCOL, `${RESUME_PREFIX}${encodeResume(what)}`, ...await this.#ticket(ticket)])
  }

  async resumeV4(url: string, ticket: TicketRequest | false): Promise<Link> {
    return this.#open(url, [SUBPROTOCOL_V4, ...await this.#ticket(ticket)])
  }

  async #ticket(request: TicketRequest | false): Promise<string[]> {
    const { ticket } = this.#options
    if (ticket === undefined || !request) return []
    const text = typeof ticket === 'function' ? await ticket(request) : ticket
    if (typeof text !== 'string' || text === '') throw new TypeError('ticket must be a string, or a function that returns one')
    return [`${TICKET_PREFIX}${toBase64url(new TextEncoder().encode(text))}`]
  }

  #open(url: string, protocols: string[]): Link {
    const make = this.#options.openWebSocket ?? runtimeWebSocket
    return new Link(able(make(url, protocols), 'what openWebSocket gives', 'a WebSocket', 'addEventListener', 'send', 'close'))
  }
}

function runtimeWebSocket(url: string, protocols: string[]): WebSocket {
  if (typeof WebSocket !== 'function') throw new GatewayError('this runtime has no WebSocket: give `openWebSocket`, which makes one of a library', { code: 'ERR_GATEWAY_CONNECT' })
  return new WebSocket(url, protocols)
}

/** Opens the first WebSocket, until the stream is open; uses another ticket if the first one is rejected. */
async function open(dialler: Dialler, stopped: AbortSignal, refused: boolean): Promise<Opened | Plain> {
  const link = await dialler.first(refused)
  try {
    return await greeted(link, stopped)
  } catch (error) {
    if (refused || !dialler.asks || !(error instanceof GatewayError) || error.closeCode !== CloseCode.ticket) throw error
    return open(dialler, stopped, true)
  }
}

/** Waits for the gateway's first message. */
function greeted(link: Link, stopped: AbortSignal): Promise<Opened | Plain> {
  return new Promise((resolve, reject) => {
    let subprotocol = ''
    let id: string | undefined
    const stopListening = onAbort(stopped, () => fail(stopped.reason))
    const fail = (error: unknown) => {
      stopListening()
      link.abandon(1000)
      reject(error)
    }
    const ready = (opened: Opened | Plain) => {
      stopListening()
      link.events = {}
      resolve(opened)
    }
    link.events = {
      opened: (protocol) => {
        subprotocol = protocol
        if (protocol === '' || protocol === SUBPROTOCOL_PLAIN) ready({ port: fromWebSocket(link.socket).port as BytePort })
      },
      message: (message) => {
        try {
          const frame = decodeFrame(message, 0)
          if (frame?.type === 'connect-success' && id === undefined) {
            id = frame.id
            if (subprotocol === SUBPROTOCOL_V4) ready({ link, subprotocol, id, hello: { frame: V4_DATA_MAX, window: V4_WINDOW, resumeSeconds: Infinity } })
          } else if (frame?.type === 'hello' && id !== undefined) ready({ link, subprotocol, id, hello: frame.hello })
          else if (frame) throw new FrameError(`${frame.type} is not the beginning of a stream`)
        } catch (error) {
          fail(new GatewayError(`the gateway broke the protocol: ${(error as Error).message}`, { code: 'ERR_GATEWAY_PROTOCOL', cause: error }))
        }
      },
      closed: (code, reason) => fail(code === 1006 ? new GatewayError('the gateway could not be reached, or refused the WebSocket', { code: 'ERR_GATEWAY_CONNECT', closeCode: code }) : closedByGateway(code, reason)),
    }
  })
}

/** Ends `work` when the signal aborts or the time is over. */
async function withLimit<T>(limit: number, signal: AbortSignal | undefined, work: (stopped: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  const stopListening = onAbort(signal, () => stop.abort(signal?.reason))
  const stopTimer = after(limit, () => stop.abort(new GatewayError(`the gateway did not open the connection within ${limit / 1000} seconds`, { code: 'ERR_GATEWAY_CONNECT' })))
  try {
    stop.signal.throwIfAborted()
    return await Promise.race([work(stop.signal), new Promise<never>((_, reject) => onAbort(stop.signal, () => reject(stop.signal.reason)))])
  } finally {
    stopListening()
    stopTimer()
  }
}
