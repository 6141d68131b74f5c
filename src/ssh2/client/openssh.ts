import type { Link } from './link.ts'

/** As in `ssh2`: OpenSSH from version 5 on. */
const OPENSSH = /^OpenSSH_(?:(?![0-4])\d)|(?:\d{2,})/

/** Whether OpenSSH's own extensions may be requested. */
export const isOpenSsh = ({ settings, serverSoftware }: Link): boolean => !settings.strictVendor || OPENSSH.test(serverSoftware)

/** OpenSSH's own extensions are only requested from OpenSSH, unless `strictVendor` is false. @throws Error */
export function needOpenSsh(link: Link): void {
  if (!isOpenSsh(link)) throw new Error('strictVendor enabled and server is not OpenSSH or compatible version')
}
