/// Numbers of the protocol on a control socket (OpenSSH's PROTOCOL.mux, version 4), and of the connection protocol that its proxy mode carries (RFC 4254).

/** The version that both sides say in HELLO. */
export const MUX_VERSION = 4

export const MUX = {
  hello: 0x00000001, newSession: 0x10000002, aliveCheck: 0x10000004, terminate: 0x10000005, openForward: 0x10000006, closeForward: 0x10000007, newStdioForward: 0x10000008,
  stopListening: 0x10000009, proxy: 0x1000000f,
  info: 0x20000001,
  ok: 0x80000001, permissionDenied: 0x80000002, failure: 0x80000003, alive: 0x80000005, remotePort: 0x80000007, proxied: 0x8000000f, informed: 0x90000001,
} as const

/** An extension that our masters name in HELLO: a session may ask for X11 forwarding, whose cookie the master makes. */
export const X11_EXTENSION = 'x11@libssh2-wasm'

/** An extension of OpenSSH since 10.3: the master tells of its connection and of what uses it. */
export const INFO_EXTENSION = 'info'
/** What may be asked for, and what an answer begins with if the master knows it. */
export type InfoSubject = 'connection' | 'channels'
export const INFO_KNOWN = 1

export const SSH = {
  globalRequest: 80, requestFailure: 82,
  channelOpen: 90, openConfirmation: 91, openFailure: 92, windowAdjust: 93, data: 94, extendedData: 95, eof: 96, close: 97, request: 98, success: 99, failure: 100,
} as const

/** Data type of stderr (RFC 4254 section 5.2). */
export const STDERR = 1
/** Reasons of CHANNEL_OPEN_FAILURE (RFC 4254 section 5.1). */
export const PROHIBITED = 1, CONNECT_FAILED = 2, UNKNOWN_TYPE = 3
