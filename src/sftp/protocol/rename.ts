import { pathText, type SftpPath } from '../../bindings/sftp/context.ts'
import { sftpRefusal } from '../../errors/sftp-refusal.ts'
import { SftpError } from '../../errors/ssh-error.ts'
import { LIBSSH2_FX_OP_UNSUPPORTED } from '../../ffi/constants.gen.ts'
import { unlessRefused } from './remarks.ts'
import { checkedPath, type SftpRequests, type Signal } from './requests.ts'

const POSIX = 'posix-rename@openssh.com'

/** Renames, and atomically replaces `target` if the server can; otherwise the error says why it could not. */
export async function renameOver(requests: SftpRequests, source: SftpPath, target: SftpPath, signal: Signal): Promise<void> {
  if (requests.connection.extensions.has(POSIX)) {
    try {
      return await requests.extended(POSIX, source, (writer) => writer.string(checkedPath(source)).string(checkedPath(target)), signal)
    } catch (error) {
      // Announced but missing: the plain request may work.
      if (!(error instanceof SftpError) || error.status !== LIBSSH2_FX_OP_UNSUPPORTED) throw error
    }
  }
  try {
    await requests.rename(source, target, signal)
  } catch (error) {
    if (!(error instanceof SftpError) || !await unlessRefused(requests.lstat(target, signal))) throw error
    const said = `${pathText(target)} exists, and this server does not replace files: it offers no ${POSIX}. Remove it first`
    throw sftpRefusal(error.status, pathText(source), { operation: 'rename', said, cause: error })
  }
}
