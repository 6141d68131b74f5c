import {
  LIBSSH2_ERROR_EAGAIN, LIBSSH2_SFTP_DEFAULT_MODE, LIBSSH2_SFTP_LSTAT, LIBSSH2_SFTP_OPENDIR, LIBSSH2_SFTP_OPENFILE, LIBSSH2_SFTP_READLINK,
  LIBSSH2_SFTP_REALPATH, LIBSSH2_SFTP_RENAME_ATOMIC, LIBSSH2_SFTP_RENAME_NATIVE, LIBSSH2_SFTP_RENAME_OVERWRITE, LIBSSH2_SFTP_SETSTAT,
  LIBSSH2_SFTP_STAT, LIBSSH2_SFTP_SYMLINK,
} from '../../ffi/constants.gen.ts'
import type { WasmExports } from '../../ffi/exports.gen.ts'
import type { Bytes, SftpPointer } from '../../ffi/exports.gen.ts'
import type { Encoded } from '../../ffi/heap.ts'
import { LIBSSH2_SFTP_ATTRIBUTES, LIBSSH2_SFTP_STATVFS } from '../../ffi/layouts.gen.ts'
import { wholeNumber } from '../arguments.ts'
import type { Again, SessionContext } from '../session-context.ts'
import { Channel } from '../channel/channel.ts'
import type { Session } from '../session/session.ts'
import { checkedAttributes, readAttributes, readStatvfs, type SftpAttributes, type SftpStatvfs, writeAttributes } from './attributes.ts'
import { type ChannelView, channelView } from './channel-view.ts'
import { encodePath, SftpContext, type SftpPath } from './context.ts'
import { SftpHandle } from './handle.ts'

/** A path, and the name of its argument. */
interface Named {
  readonly path: SftpPath
  readonly name: string
}

/** Longest path that `readlink` and `realpath` return. */
const PATH_MAX = 16384

/**
 * The SFTP subsystem of a session, version 3, non-blocking. One call at a time, handles included (law 6): another call made
 * meanwhile returns EAGAIN. A refusal of the server is an `SftpError` with status and path.
 */
export class Sftp implements Disposable {
  /** The session that this object belongs to. */
  readonly session: Session
  readonly #sftp: SftpContext

  /** For the bindings: `session.sftpInit()` makes one. */
  constructor(session: Session, context: SessionContext, pointer: SftpPointer) {
    this.session = session
    this.#sftp = new SftpContext(context, pointer)
  }

  /** A view of the channel that carries this subsystem and belongs to it. libssh2_sftp_get_channel. */
  getChannel(): ChannelView {
    const { pointer, session } = this.#sftp
    return channelView(new Channel(this.session, session, session.plain((c) => c.libssh2_sftp_get_channel(pointer)), this.#sftp.handle))
  }

  /** The server's last status, `LIBSSH2_FX_*`. libssh2_sftp_last_error. */
  lastError(): number {
    const { pointer, session } = this.#sftp
    return session.plain((c) => c.libssh2_sftp_last_error(pointer))
  }

  /** Opens a file. @param flags `LIBSSH2_FXF_*`. @param mode of a new file. @returns the handle, or EAGAIN. libssh2_sftp_open. */
  open(path: SftpPath, flags: number, mode = 0o644): SftpHandle | Again {
    return this.openEx(path, flags, mode, LIBSSH2_SFTP_OPENFILE)
  }

  /** Opens a directory, for `readdir`. @returns the handle, or EAGAIN. libssh2_sftp_opendir. */
  opendir(path: SftpPath): SftpHandle | Again {
    return this.openEx(path, 0, 0, LIBSSH2_SFTP_OPENDIR)
  }

  /** Opens a file or a directory. @param openType `LIBSSH2_SFTP_OPENFILE` or `LIBSSH2_SFTP_OPENDIR`. @returns the handle, or EAGAIN. libssh2_sftp_open_ex. */
  openEx(path: SftpPath, flags: number, mode: number, openType: number): SftpHandle | Again {
    wholeNumber(flags, 'flags')
    wholeNumber(mode, 'mode')
    const type = wholeNumber(openType, 'openType', LIBSSH2_SFTP_OPENFILE, LIBSSH2_SFTP_OPENDIR)
    return this.#sftp.performForPointer({ call: ['open', path, flags, mode, type] }, path, (scope) => {
      const name = encodePath(scope, path, 'path')
      return (c, sftp) => c.libssh2_sftp_open_ex(sftp, name.pointer, name.length, flags, mode, type)
    }, (pointer) => new SftpHandle(this, this.#sftp, pointer, path, type === LIBSSH2_SFTP_OPENDIR))
  }

  /** Like `open`, and also returns the attributes that the server sent with the handle, if any. @returns `[handle, attributes]`, or EAGAIN. libssh2_sftp_open_ex_r. */
  openR(path: SftpPath, flags: number, mode = 0o644): [handle: SftpHandle, attributes: SftpAttributes] | Again {
    wholeNumber(flags, 'flags')
    wholeNumber(mode, 'mode')
    let out = 0 as Bytes
    return this.#sftp.performForPointer({ call: ['openR', path, flags, mode] }, path, (scope) => {
      const name = encodePath(scope, path, 'path')
      out = scope.out(LIBSSH2_SFTP_ATTRIBUTES.sizeof)
      return (c, sftp) => c.libssh2_sftp_open_ex_r(sftp, name.pointer, name.length, flags, mode, LIBSSH2_SFTP_OPENFILE, out)
    }, (pointer): [handle: SftpHandle, attributes: SftpAttributes] => [new SftpHandle(this, this.#sftp, pointer, path, false), readAttributes(this.#sftp.session.heap, out)])
  }

  #stat(path: SftpPath, type: number): SftpAttributes | Again {
    let out = 0 as Bytes
    return this.#sftp.perform({ call: ['stat', type, path] }, path, (scope) => {
      const name = encodePath(scope, path, 'path')
      out = scope.out(LIBSSH2_SFTP_ATTRIBUTES.sizeof)
      return (c, sftp) => c.libssh2_sftp_stat_ex(sftp, name.pointer, name.length, type, out)
    }, () => readAttributes(this.#sftp.session.heap, out))
  }

  /** Attributes of the path's target. @returns them, or EAGAIN. libssh2_sftp_stat. */
  stat(path: SftpPath): SftpAttributes | Again {
    return this.#stat(path, LIBSSH2_SFTP_STAT)
  }

  /** Attributes of a symbolic link itself. @returns them, or EAGAIN. libssh2_sftp_lstat. */
  lstat(path: SftpPath): SftpAttributes | Again {
    return this.#stat(path, LIBSSH2_SFTP_LSTAT)
  }

  /** Sets the given attributes. @returns 0, or EAGAIN. libssh2_sftp_setstat. */
  setstat(path: SftpPath, attributes: SftpAttributes): number {
    const checked = checkedAttributes(attributes)
    return this.#sftp.perform({ call: ['setstat', path, ...Object.values(checked)] }, path, (scope) => {
      const name = encodePath(scope, path, 'path')
      const set = scope.out(LIBSSH2_SFTP_ATTRIBUTES.sizeof)
      writeAttributes(this.#sftp.session.heap, set, checked)
      return (c, sftp) => c.libssh2_sftp_stat_ex(sftp, name.pointer, name.length, LIBSSH2_SFTP_SETSTAT, set)
    })
  }

  /** Statistics of the file system that `path` is on. @returns them, or EAGAIN. libssh2_sftp_statvfs. */
  statvfs(path: SftpPath): SftpStatvfs | Again {
    let out = 0 as Bytes
    return this.#sftp.perform({ call: ['statvfs', path] }, path, (scope) => {
      const name = encodePath(scope, path, 'path')
      out = scope.out(LIBSSH2_SFTP_STATVFS.sizeof)
      return (c, sftp) => c.libssh2_sftp_statvfs(sftp, name.pointer, name.length, out)
    }, () => readStatvfs(this.#sftp.session.heap, out))
  }

  #onPath(call: readonly unknown[], path: SftpPath, run: (c: WasmExports, sftp: SftpPointer, name: Encoded) => number): number {
    return this.#sftp.perform({ call: [...call, path] }, path, (scope) => {
      const name = encodePath(scope, path, 'path')
      return (c, sftp) => run(c, sftp, name)
    })
  }

  /** A call with two paths. */
  #onPaths(call: readonly unknown[], about: SftpPath, [one, other]: readonly [Named, Named], run: (c: WasmExports, sftp: SftpPointer, one: Encoded, other: Encoded) => number): number {
    return this.#sftp.perform({ call: [...call, one.path, other.path] }, about, (scope) => {
      const [first, second] = [encodePath(scope, one.path, one.name), encodePath(scope, other.path, other.name)]
      return (c, sftp) => run(c, sftp, first, second)
    })
  }

  /** Creates a directory. @returns 0, or EAGAIN. libssh2_sftp_mkdir. */
  mkdir(path: SftpPath, mode: number = LIBSSH2_SFTP_DEFAULT_MODE): number {
    const bits = mode === LIBSSH2_SFTP_DEFAULT_MODE ? mode : wholeNumber(mode, 'mode')
    return this.#onPath(['mkdir', bits], path, (c, sftp, name) => c.libssh2_sftp_mkdir_ex(sftp, name.pointer, name.length, bits))
  }

  /** Removes an empty directory. @returns 0, or EAGAIN. libssh2_sftp_rmdir. */
  rmdir(path: SftpPath): number {
    return this.#onPath(['rmdir'], path, (c, sftp, name) => c.libssh2_sftp_rmdir_ex(sftp, name.pointer, name.length))
  }

  /** Removes a file or a link. @returns 0, or EAGAIN. libssh2_sftp_unlink. */
  unlink(path: SftpPath): number {
    return this.#onPath(['unlink'], path, (c, sftp, name) => c.libssh2_sftp_unlink_ex(sftp, name.pointer, name.length))
  }

  /** Renames; servers of version 3 refuse if `target` exists. @returns 0, or EAGAIN. libssh2_sftp_rename. */
  rename(source: SftpPath, target: SftpPath): number {
    return this.renameEx(source, target, LIBSSH2_SFTP_RENAME_OVERWRITE | LIBSSH2_SFTP_RENAME_ATOMIC | LIBSSH2_SFTP_RENAME_NATIVE)
  }

  /** Renames. @param flags `LIBSSH2_SFTP_RENAME_*`, which only servers of version 5 respect. @returns 0, or EAGAIN. libssh2_sftp_rename_ex. */
  renameEx(source: SftpPath, target: SftpPath, flags: number): number {
    const how = wholeNumber(flags, 'flags')
    return this.#onPaths(['rename', how], source, [{ path: source, name: 'source' }, { path: target, name: 'target' }],
      (c, sftp, from, to) => c.libssh2_sftp_rename_ex(sftp, from.pointer, from.length, to.pointer, to.length, how))
  }

  /** Renames as POSIX does, replacing `target` (`posix-rename@openssh.com`). @returns 0, or EAGAIN. libssh2_sftp_posix_rename. */
  posixRename(source: SftpPath, target: SftpPath): number {
    return this.#onPaths(['posixRename'], source, [{ path: source, name: 'source' }, { path: target, name: 'target' }],
      (c, sftp, from, to) => c.libssh2_sftp_posix_rename_ex(sftp, from.pointer, from.length, to.pointer, to.length))
  }

  /** Makes `linkPath` a symbolic link to `target`. @returns 0, or EAGAIN. libssh2_sftp_symlink. */
  symlink(target: SftpPath, linkPath: SftpPath): number {
    return this.#onPaths(['symlink'], linkPath, [{ path: target, name: 'target' }, { path: linkPath, name: 'linkPath' }],
      (c, sftp, to, link) => c.libssh2_sftp_symlink_ex(sftp, to.pointer, to.length, link.pointer, link.length, LIBSSH2_SFTP_SYMLINK))
  }

  #resolve(path: SftpPath, type: number): string | Again {
    let out = 0 as Bytes
    return this.#sftp.perform({ call: ['resolve', type, path] }, path, (scope) => {
      const name = encodePath(scope, path, 'path')
      out = scope.out(PATH_MAX)
      return (c, sftp) => c.libssh2_sftp_symlink_ex(sftp, name.pointer, name.length, out, PATH_MAX, type)
    }, (length) => this.#sftp.session.heap.text(out, length))
  }

  /** The target of a symbolic link. @returns the path, or EAGAIN. libssh2_sftp_readlink. */
  readlink(path: SftpPath): string | Again {
    return this.#resolve(path, LIBSSH2_SFTP_READLINK)
  }

  /** The absolute path of `path` on the server. @returns it, or EAGAIN. libssh2_sftp_realpath. */
  realpath(path: SftpPath): string | Again {
    return this.#resolve(path, LIBSSH2_SFTP_REALPATH)
  }

  /** Ends the subsystem and frees its handles. @returns 0, or EAGAIN. Idempotent. libssh2_sftp_shutdown. */
  shutdown(): Again | 0 {
    const { handle, session } = this.#sftp
    if (handle.freed) return 0
    if (!session.failure) {
      const rc = session.call({ name: [this, 'shutdown'] }, (c) => c.libssh2_sftp_shutdown(handle.pointer))
      if (rc === LIBSSH2_ERROR_EAGAIN) return rc
    }
    this.#sftp.drop()
    session.driver.gone(this)
    return 0
  }

  /** Shuts down, in the background if the server has to answer. */
  [Symbol.dispose](): void {
    if (!this.#sftp.handle.freed) this.#sftp.session.driver.run(() => this.shutdown()).catch(() => {})
  }
}
