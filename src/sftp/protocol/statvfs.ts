import type { SftpStatvfs } from '../../bindings/sftp/attributes.ts'
import type { WireReader } from '../../wire-format/reader.ts'

/** The reply to `statvfs@openssh.com` (OpenSSH PROTOCOL section 4.4). */
export function readStatvfs(body: WireReader): SftpStatvfs {
  const number = () => Number(body.uint64())
  return {
    bsize: number(), frsize: number(), blocks: number(), bfree: number(), bavail: number(), files: number(), ffree: number(), favail: number(),
    fsid: body.uint64(), flag: number(), namemax: number(),
  }
}
