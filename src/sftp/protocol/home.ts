import type { SftpPath } from '../../bindings/sftp/context.ts'
import { sftpRefusal } from '../../errors/sftp-refusal.ts'
import { LIBSSH2_FX_OP_UNSUPPORTED } from '../../ffi/constants.gen.ts'
import { decodeText, encodeText, joinBytes } from '../../wire-format/bytes.ts'
import { checkedPath, type SftpRequests, type Signal } from './requests.ts'

const EXPAND = 'expand-path@openssh.com', HOME = 'home-directory'

/**
 * A user's home directory: uses `expand-path@openssh.com`, otherwise `home-directory`, which OpenSSH 9 refuses for an empty name. @throws
 * SftpError (OP_UNSUPPORTED) if the server offers neither.
 */
export async function homeDirectory(requests: SftpRequests, user: string, signal: Signal): Promise<string> {
  if (typeof user !== 'string' || user.includes('/') || user.includes('\0')) throw new TypeError('user must be the name of a user, or empty')
  return offers(requests, EXPAND) ? expandPath(requests, `~${user}`, signal) : decodeText(await home(requests, user, signal))
}

/** The absolute path for a path that may start with `~` or `~user`. @throws SftpError (OP_UNSUPPORTED) if the server offers neither extension. */
export async function expandPath(requests: SftpRequests, path: SftpPath, signal: Signal): Promise<string> {
  if (offers(requests, EXPAND) || !offers(requests, HOME)) {
    return decodeText(await requests.extendedName(EXPAND, path, (writer) => writer.string(checkedPath(path)), signal))
  }
  const bytes = encodeText(checkedPath(path))
  if (bytes[0] !== TILDE) return decodeText(await requests.realpath(path, signal))
  const slash = bytes.indexOf(SLASH)
  const end = slash < 0 ? bytes.length : slash
  const directory = await home(requests, decodeText(bytes.subarray(1, end)), signal)
  return decodeText(await requests.realpath(joinBytes([directory, bytes.subarray(end)]), signal))
}

const TILDE = 0x7e, SLASH = 0x2f

/** ProFTPD 1.3.8 answers `home-directory` with a packet that has neither a type nor a request id, which makes the channel useless. */
const offers = ({ connection }: SftpRequests, name: string) => connection.extensions.has(name) && !(name === HOME && isProftpd(connection))

const isProftpd = ({ channel }: SftpRequests['connection']) => /mod_sftp/.test(channel.session.bannerGet() ?? '')

async function home(requests: SftpRequests, user: string, signal: Signal): Promise<Uint8Array> {
  if (isProftpd(requests.connection)) throw sftpRefusal(LIBSSH2_FX_OP_UNSUPPORTED, `~${user}`, { operation: HOME, said: 'this server\'s answer cannot be read' })
  return requests.extendedName(HOME, `~${user}`, (writer) => writer.string(user), signal)
}
