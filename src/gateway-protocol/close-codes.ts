/// Close codes of a gateway's WebSocket: pages see nothing else of a refusal. For any runtime, on both sides.

/** 1000 is the end of the stream. */
export const CloseCode = {
  /** The gateway is shutting down and accepts no new streams. */
  draining: 1001,
  textFrame: 1003,
  frameTooLarge: 1009,
  /** A frame that breaks the protocol. */
  protocol: 4400,
  /** No ticket, or an invalid one. */
  ticket: 4401,
  /** The target, its address or the page's origin is not allowed. */
  notAllowed: 4403,
  /** The stream no longer exists, or the secret is wrong. */
  gone: 4404,
  idle: 4408,
  /** Another connection resumed the stream. */
  takenOver: 4409,
  /** The stream's time is over. */
  lifeOver: 4410,
  /** The gateway no longer has the bytes after that position. */
  position: 4416,
  /** Too many streams or requests. */
  limit: 4429,
  /** The check of the ticket itself failed. */
  authorizeFailed: 4500,
  /** The target could not be reached, or failed. */
  unreachable: 4502,
  connectTimeout: 4504,
  /** The user's access was revoked. */
  revoked: 4510,
} as const

const MEANINGS: Readonly<Record<number, readonly [code: string, sentence: string]>> = {
  [CloseCode.draining]: ['ERR_GATEWAY_DRAINING', 'the gateway is shutting down and accepts no new connections'],
  [CloseCode.textFrame]: ['ERR_GATEWAY_PROTOCOL', 'the gateway only accepts binary frames'],
  [CloseCode.frameTooLarge]: ['ERR_GATEWAY_PROTOCOL', 'a frame was larger than the gateway accepts'],
  [CloseCode.protocol]: ['ERR_GATEWAY_PROTOCOL', 'a frame or request broke the gateway\'s protocol'],
  [CloseCode.ticket]: ['ERR_GATEWAY_TICKET', 'the gateway did not accept the ticket'],
  [CloseCode.notAllowed]: ['ERR_GATEWAY_NOT_ALLOWED', 'the gateway does not allow this target for this user and page'],
  [CloseCode.gone]: ['ERR_GATEWAY_GONE', 'the gateway no longer has this connection'],
  [CloseCode.idle]: ['ERR_GATEWAY_IDLE', 'the gateway ended the connection because nothing was sent for too long'],
  [CloseCode.takenOver]: ['ERR_GATEWAY_TAKEN_OVER', 'another page or program has taken over the connection'],
  [CloseCode.lifeOver]: ['ERR_GATEWAY_LIFE_OVER', 'the connection has reached its maximum age'],
  [CloseCode.position]: ['ERR_GATEWAY_POSITION', 'the gateway no longer has the bytes that are missing here'],
  [CloseCode.limit]: ['ERR_GATEWAY_LIMIT', 'the gateway has too many connections from this user, from this address or in total'],
  [CloseCode.authorizeFailed]: ['ERR_GATEWAY_AUTHORIZE', 'the gateway could not check the ticket'],
  [CloseCode.unreachable]: ['ERR_GATEWAY_TARGET', 'the gateway could not reach the target, or lost it'],
  [CloseCode.connectTimeout]: ['ERR_GATEWAY_TARGET', 'the target did not answer the gateway in time'],
  [CloseCode.revoked]: ['ERR_GATEWAY_REVOKED', 'the user\'s access to the gateway was revoked'],
}

/** The meaning of a gateway's close code: the `code` of errors, and a sentence without a full stop. */
export function meaningOf(closeCode: number): { readonly code: string, readonly sentence: string } {
  const [code, sentence] = MEANINGS[closeCode] ?? ['ERR_GATEWAY_CONNECT', `the connection to the gateway was closed with code ${closeCode}`]
  return { code, sentence }
}

/** Close codes after which a stream cannot be resumed and another attempt is useless. */
export function isFinal(closeCode: number): boolean {
  return FINAL.has(closeCode)
}

const FINAL = new Set<number>([
  CloseCode.textFrame, CloseCode.frameTooLarge, CloseCode.protocol, CloseCode.gone, CloseCode.idle, CloseCode.takenOver, CloseCode.lifeOver, CloseCode.revoked,
])
