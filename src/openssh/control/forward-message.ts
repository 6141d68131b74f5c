import type { WireReader } from '../../wire-format/reader.ts'
import type { WireWriter } from '../../wire-format/writer.ts'
import type { Forward, ForwardEnd } from '../forward-spec.ts'
import type { Direction } from '../forward/tunnels.ts'

/** Instead of a port: the text is the path of a Unix socket. */
const PATH_PORT = 0xffff_fffe
const KINDS = { L: 1, R: 2, D: 3 } as const
/** What OpenSSH writes where connections name their own destinations. */
const SOCKS = 'socks'

/** Writes a forwarding as MUX_C_OPEN_FWD and MUX_C_CLOSE_FWD have it. */
export function writeForward(message: WireWriter, direction: Direction, { listen, connect }: Forward): void {
  message.uint32(KINDS[direction])
  writeEnd(message, listen, true)
  if (connect) writeEnd(message, connect, false)
  else message.string(SOCKS).uint32(0)
}

function writeEnd(message: WireWriter, end: ForwardEnd, listens: boolean): void {
  if ('path' in end) message.string(end.path).uint32(PATH_PORT)
  // No host and every address are different things to a listener: the first one is an empty text here.
  else message.string(end.host === undefined ? listens ? '' : 'localhost' : end.host === '' && listens ? '*' : end.host).uint32(end.port)
}

/** @returns undefined for a forwarding that does not exist. @throws WireFormatError */
export function readForward(message: WireReader): { readonly direction: Direction, readonly forward: Forward } | undefined {
  const kind = message.uint32()
  const direction = (Object.keys(KINDS) as Direction[]).find((letter) => KINDS[letter] === kind)
  const listen = readEnd(message), to = readEnd(message)
  if (!direction || !listen || ('port' in listen && listen.port === 0 && direction !== 'R')) return undefined
  if (direction === 'D' || (direction === 'R' && to && 'port' in to && to.port === 0)) return { direction, forward: { listen } }
  if (!to || ('port' in to && to.port === 0)) return undefined
  return { direction, forward: { listen, connect: to } }
}

function readEnd(message: WireReader): ForwardEnd | undefined {
  const text = message.text(), port = message.uint32()
  if (port === PATH_PORT) return text === '' ? undefined : { path: text }
  if (port > 65535) return undefined
  return text === '' ? { port } : { host: text, port }
}
