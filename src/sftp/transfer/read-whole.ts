import { pathText, type SftpPath } from '../../bindings/sftp/context.ts'
import { LIBSSH2_FXF_READ } from '../../ffi/constants.gen.ts'
import { joinBytes } from '../../wire-format/bytes.ts'
import { aboutOpened, saidSize } from '../protocol/remarks.ts'
import { wasCut } from './download.ts'
import type { SftpContentOptions } from './flow.ts'
import { type SftpShared, sizeMismatch } from './shared.ts'

/** The whole file. @throws SSHError `ERR_SFTP_SIZE_MISMATCH` if it ends before the size that the server stated. */
export async function readWhole(files: SftpShared, path: SftpPath, options: SftpContentOptions): Promise<Uint8Array> {
  const { signal } = options
  const shared = files.with(options)
  return shared.opened(shared.requests.open(path, LIBSSH2_FXF_READ, {}, signal), false, async (handle) => {
    const looking = aboutOpened(shared.requests, handle, signal)
    // Small files arrive together with the reply that states their size.
    using pipeline = shared.reading(handle, { signal }).begin()
    const said = saidSize(await looking)
    pipeline.expect(said)
    const bytes = joinBytes(await pipeline.rest())
    if (await wasCut(shared, handle, said, bytes.length, signal)) throw sizeMismatch(pathText(path) ?? '', said ?? 0, bytes.length)
    return bytes
  })
}
