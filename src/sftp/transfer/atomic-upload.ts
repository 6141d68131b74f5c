import type { SftpPath } from '../../bindings/sftp/context.ts'
import type { SftpAttributes } from '../../bindings/sftp/attributes.ts'
import { LIBSSH2_FXF_CREAT, LIBSSH2_FXF_EXCL, LIBSSH2_FXF_TRUNC, LIBSSH2_FXF_WRITE } from '../../ffi/constants.gen.ts'
import { besidePath } from '../protocol/paths.ts'
import { isRefusal, unlessRefused } from '../protocol/remarks.ts'
import { renameOver } from '../protocol/rename.ts'
import type { RemoteHandle } from '../protocol/requests.ts'
import type { UploadOptions } from './options.ts'
import type { SftpShared } from './shared.ts'

const FLAGS = LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT | LIBSSH2_FXF_TRUNC | LIBSSH2_FXF_EXCL

/** How the upload of the part file differs. */
export interface PartExtras {
  readonly flags: number
  readonly beforeClose: (handle: RemoteHandle) => Promise<void>
}

/** Lets `send` write a part file beside `path`, which replaces `path` in the end. On failure the part is removed, and `path` is as before. */
export async function uploadBeside<T>(shared: SftpShared, path: SftpPath, { signal, mode, preserve }: UploadOptions, send: (part: SftpPath, extras: PartExtras) => Promise<T>): Promise<T> {
  const { requests } = shared
  const old = await unlessRefused(requests.lstat(path, signal))
  // A link stays; its target is replaced.
  const target = old?.isSymbolicLink() ? await requests.realpath(path, signal) : path
  const kept = old?.isSymbolicLink() ? await unlessRefused(requests.stat(target, signal)) : old
  const part = besidePath(target, (name) => `.${name}.part`)
  const keep: SftpAttributes | undefined = kept?.permissions !== undefined && mode === undefined && !preserve ? { permissions: kept.permissions & 0o7777 } : undefined
  const extras: PartExtras = {
    flags: FLAGS,
    async beforeClose(handle) {
      if (keep) await requests.fsetstat(handle, keep, signal)
      // A server that cannot or will not sync has acknowledged every byte all the same.
      if (requests.connection.extensions.has('fsync@openssh.com')) await unlessRefused(requests.extended('fsync@openssh.com', part, (w) => w.string(handle.id), signal))
    },
  }
  try {
    // Removes what an earlier attempt left behind, and creates the part anew, so that it never writes through a link of that name that somebody else made.
    await requests.remove(part, signal).catch((error: unknown) => { if (!isRefusal(error)) throw error })
    const result = await send(part, extras)
    await renameOver(requests, part, target, signal)
    return result
  } catch (error) {
    await requests.remove(part).catch(() => {})
    throw error
  }
}
