import type { Again } from '../session-context.ts'
import type { SessionUserauth } from '../session/userauth.ts'
import type { ChannelView } from './channel-view.ts'

/** What an `SftpHandle` tells of the SFTP object that it belongs to: an `Sftp`. */
export interface SftpObject {
  /** The session that this object belongs to. */
  readonly session: SessionUserauth
  /** The channel that carries this subsystem, as far as it can be looked at. libssh2_sftp_get_channel. */
  getChannel(): ChannelView
  /** The server's last status, `LIBSSH2_FX_*`. libssh2_sftp_last_error. */
  lastError(): number
  /** Ends the subsystem. @returns 0, or EAGAIN: then repeat it. libssh2_sftp_shutdown. */
  shutdown(): Again | 0
}
