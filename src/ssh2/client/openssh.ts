import type { Link } from './link.ts'

/** As in `ssh2`: OpenSSH from version 5 on. */
const OPENSSH = /^OpenSSH_(?:(?![0-4])\d)|(?:\d{2,})/

/** OpenSSH's own extensions are only requested from OpenSSH, unless `strictVendor` is false. @throws Error */
export function needOpenSsh({ settings, serverSoftware }: Link): void {
  if (settings.strictVendor && !OPENSSH.test(serverSoftware)) throw new Error('strictVendor enabled and server is not OpenSSH or compatible version')
}
