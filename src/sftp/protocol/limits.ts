import { unlessRefused } from './remarks.ts'
import type { SftpRequests, Signal } from './requests.ts'

/** The sizes that the server accepts (`limits@openssh.com`), in bytes; if it does not say, those that every server must accept. */
export interface SftpLimits {
  readonly maxReadLength: number
  readonly maxWriteLength: number
  /** Files and directories open at a time; 0 if the server did not say. */
  readonly maxOpenHandles: number
}

/** draft-ietf-secsh-filexfer-02 section 3: all servers accept data of 32768 bytes. */
export const EVERY_SERVER: SftpLimits = { maxReadLength: 32768, maxWriteLength: 32768, maxOpenHandles: 0 }
/** OpenSSH's own limit, in bytes: larger requests gain nothing, and block the channel for others. */
export const LARGEST_REQUEST = 255 << 10

/** Whoever states less is not believed: a file would be a list of as many requests as it has bytes. */
const LEAST_REQUEST = 512

/** A server that announces the extension but refuses the request works all the same. */
export async function askLimits(requests: SftpRequests, signal: Signal): Promise<SftpLimits> {
  if (!requests.connection.extensions.has('limits@openssh.com')) return EVERY_SERVER
  const length = (said: bigint, otherwise: number) => said < LEAST_REQUEST ? otherwise : Number(said < BigInt(LARGEST_REQUEST) ? said : BigInt(LARGEST_REQUEST))
  const said = await unlessRefused(requests.extendedReply('limits@openssh.com', '', () => {}, (body) => {
    body.uint64()
    return {
      maxReadLength: length(body.uint64(), EVERY_SERVER.maxReadLength),
      maxWriteLength: length(body.uint64(), EVERY_SERVER.maxWriteLength),
      maxOpenHandles: Number(body.uint64()),
    }
  }, signal))
  return said ?? EVERY_SERVER
}
