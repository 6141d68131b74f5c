import { lstatSync, unlinkSync } from 'node:fs'
import type { SshConfig } from '../config/ssh-config.ts'

/** StreamLocalBindUnlink: removes a socket that an earlier connection has left. Other files stay. */
export function prepareSocket(path: string, { streamLocalBindUnlink }: Pick<SshConfig, 'streamLocalBindUnlink'>): void {
  if (streamLocalBindUnlink && lstatSync(path, { throwIfNoEntry: false })?.isSocket()) unlinkSync(path)
}

/** StreamLocalBindMask: creates a socket with this umask, which is reset when `begin` returns. */
export function withMask<T>(mask: number, begin: () => T): T {
  const before = process.umask(mask)
  try {
    return begin()
  } finally {
    process.umask(before)
  }
}
