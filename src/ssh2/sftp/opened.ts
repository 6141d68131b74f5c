import type { SftpAttributes } from '../../bindings/sftp/attributes.ts'
import { openFile } from '../../sftp/protocol/remarks.ts'
import type { RemoteHandle, SftpRequests } from '../../sftp/protocol/requests.ts'
import type { SftpShared } from '../../sftp/transfer/shared.ts'
import { OPEN_MODE } from './protocol.ts'

/**
 * Opens the file, runs `use`, and closes the file: before a failure is reported, and after writes before success is reported.
 * `use` may close after its last request, which saves a round trip.
 */
export async function opened<T>({ requests }: SftpShared, opening: Promise<RemoteHandle>, wrote: boolean, use: (handle: RemoteHandle, close: () => void) => Promise<T>): Promise<T> {
  const handle = await opening
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= requests.close(handle)
    closing.catch(() => {})
    return closing
  }
  let result: T
  try {
    result = await use(handle, close)
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
  const closed = close()
  if (wrote) await closed
  return result
}

/**
 * Opens a file to write. Where it is to be appended to and the server says no size at all, that is its error, as in `ssh2`: a server that does not
 * know the flag either would overwrite the beginning.
 */
export async function openToWrite(requests: SftpRequests, path: string, flags: number, attributes: SftpAttributes): Promise<RemoteHandle> {
  const handle = await openFile(requests, path, flags, attributes, undefined)
  // An empty file, or nobody has said so.
  if (!(flags & OPEN_MODE.APPEND) || handle.append) return handle
  try {
    await requests.fstat(handle).catch((error: unknown) => requests.stat(path).catch(() => { throw error }))
    return handle
  } catch (error) {
    await requests.close(handle).catch(() => {})
    throw error
  }
}
