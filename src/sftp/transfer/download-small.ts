import { localFiles } from '#local-files'
import type { SftpPath } from '../../bindings/sftp/context.ts'
import { LIBSSH2_FXF_READ } from '../../ffi/constants.gen.ts'
import type { LocalName } from '../../runtime/local-files.ts'
import type { SftpStat } from '../protocol/attributes.ts'
import { saidSize } from '../protocol/remarks.ts'
import type { TransferOptions, TransferProgress } from './options.ts'
import type { SftpShared } from './shared.ts'
import { newMode } from './sinks.ts'
import { SMALL_FILE } from './sources.ts'

/**
 * Copies a small file of a listed directory with one request, which asks for a byte more than the listing says: an answer of exactly that length ends where listing and server
 * agree. The file is opened, read and closed there in one round trip after the first.
 * @returns `undefined` if this is no such file, or the answer has another length: `download` then copies it. Nothing has been written before.
 */
export async function downloadSmall(shared: SftpShared, path: SftpPath, target: LocalName, about: SftpStat, { signal, mode, onProgress }: TransferOptions): Promise<TransferProgress | undefined> {
  const size = saidSize(about)
  if (size === undefined || size > SMALL_FILE || about.permissions === undefined || shared.oneByOne || !shared.isOneRead(size + 1)) return undefined
  const { requests } = shared
  const handle = await requests.open(path, LIBSSH2_FXF_READ, {}, signal)
  const reading = shared.counted(size, requests.read(handle, 0, size + 1, signal))
  requests.close(handle).catch(() => {})
  const data = await reading
  if (data?.size !== size || !localFiles.writeSmall(target, newMode({ about, mode }), data.parts)) return undefined
  const progress = { transferred: size, total: size }
  onProgress?.(progress)
  return progress
}
