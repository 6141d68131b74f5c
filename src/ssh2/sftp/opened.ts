import type { RemoteHandle } from '../../sftp/protocol/requests.ts'
import type { SftpShared } from '../../sftp/transfer/shared.ts'

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
