/// The attempts to resume a stream: one at a time, until one is answered or finally refused.
import { CloseCode, isFinal } from '../gateway-protocol/close-codes.ts'
import { decodeFrame, FrameError } from '../gateway-protocol/codec.ts'
import { closedByGateway, GatewayError } from './gateway-error.ts'
import type { Link } from './link.ts'
import { Retry } from './retry.ts'

/** Milliseconds that one attempt may take. */
const DIAL_TIME = 4000
/** Milliseconds after which a change of the network may replace an attempt with a new one. */
const STALE = 1000
/** Replies in a row that the position is wrong, before it is believed. */
const WRONG_POSITIONS = 3

export interface RedialHost {
  /**
   * Opens a WebSocket that asks to resume from `received`. Rejects if that is impossible: no ticket can be obtained.
   * @param ticket whether to present one: gateways ask for it if they want one @param refused the last one, or its absence, was rejected
   */
  dial(received: number, ticket: boolean, refused: boolean): Promise<Link>
  received(): number
  /** The gateway has answered: `requested` is the requested position, `position` what it has. */
  resumed(link: Link, requested: number, position: number): void
  waits(attempt: number, nextIn: number): void
  refused(error: GatewayError): void
}

export class Redial {
  readonly #host: RedialHost
  readonly #retry = new Retry()
  #link: Link | undefined
  /** Grows with each attempt: messages of an older one are ignored. */
  #current = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #started = 0
  #active = false
  /** The gateway wants a ticket for resuming, and has asked for one in vain. */
  #wantsTicket = false
  #refusedTicket = false
  #wrongPositions = 0
  /** An attempt was made since the last answer: a takeover may be our own. */
  dialled = false

  constructor(host: RedialHost) {
    this.#host = host
  }

  get attempt(): number {
    return this.#retry.attempt
  }

  begin(): void {
    this.#active = true
    this.#refusedTicket = false
    this.#wrongPositions = 0
    this.#retry.reset(Date.now())
    this.#plan()
  }

  /** The network has changed. */
  wake(): void {
    if (!this.#active) return
    if (this.#link && Date.now() - this.#started < STALE) return
    this.#give()
    this.#retry.reset(Date.now())
    this.#plan()
  }

  /** The old link answers, so the current attempt is not needed. */
  leave(): void {
    this.#active = false
    this.#give()
  }

  stop(): void {
    this.leave()
  }

  #give(): void {
    this.#current++
    clearTimeout(this.#timer)
    this.#link?.abandon(CloseCode.takenOver)
    this.#link = undefined
  }

  #plan(): void {
    const wait = this.#retry.next(Date.now())
    if (this.#retry.attempt > 1) this.#host.waits(this.#retry.attempt, wait)
    if (!this.#active) return
    this.#timer = setTimeout(() => void this.#dial(), wait)
  }

  async #dial(): Promise<void> {
    const mine = ++this.#current
    this.#started = Date.now()
    this.dialled = true
    // Getting a ticket may be slow as well.
    this.#timer = setTimeout(() => this.#late(mine), DIAL_TIME)
    const requested = this.#host.received()
    let link: Link
    try {
      link = await this.#host.dial(requested, this.#wantsTicket, this.#refusedTicket)
    } catch (error) {
      if (mine !== this.#current) return
      if (error instanceof GatewayError && error.code !== 'ERR_GATEWAY_CONNECT') return this.#refuse(error)
      return this.#again()
    }
    if (mine !== this.#current) return link.abandon(CloseCode.takenOver)
    this.#link = link
    link.events = {
      message: (message) => this.#answered(link, message, requested),
      closed: (code, reason) => this.#closed(code, reason),
    }
  }

  /** The time of an attempt is over. A timer that is late itself means that nothing was heard because this thread was busy: the answer may be waiting behind it. */
  #late(mine: number): void {
    if (mine !== this.#current) return
    if (Date.now() - this.#started > DIAL_TIME + STALE) this.#timer = setTimeout(() => { if (mine === this.#current) this.#again() }, STALE)
    else this.#again()
  }

  #answered(link: Link, message: Uint8Array, requested: number): void {
    try {
      const frame = decodeFrame(message, 0)
      if (!frame) return
      if (frame.type !== 'reconnect-success') throw new FrameError(`${frame.type} is not an answer`)
      clearTimeout(this.#timer)
      this.#current++
      this.#link = undefined
      this.#active = false
      this.dialled = false
      this.#host.resumed(link, requested, frame.position)
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.#refuse(new GatewayError(`the gateway broke the protocol: ${error.message}`, { code: 'ERR_GATEWAY_PROTOCOL' }))
    }
  }

  #closed(code: number, reason: string): void {
    this.#link = undefined
    const wrongTicket = code === CloseCode.ticket || code === CloseCode.notAllowed
    if (isFinal(code) || (wrongTicket && this.#refusedTicket) || (code === CloseCode.position && ++this.#wrongPositions >= WRONG_POSITIONS)) return this.#refuse(closedByGateway(code, reason))
    if (code !== CloseCode.position) this.#wrongPositions = 0
    if (wrongTicket) {
      this.#wantsTicket = true
      this.#refusedTicket = true
      clearTimeout(this.#timer)
      return void this.#dial()
    }
    this.#again()
  }

  #again(): void {
    this.#give()
    if (this.#active) this.#plan()
  }

  #refuse(error: GatewayError): void {
    this.leave()
    this.#host.refused(error)
  }
}
