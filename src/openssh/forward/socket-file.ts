import { lstatSync, unlinkSync } from 'node:fs'
import type { SshConfig } from '../config/ssh-config.ts'

/** StreamLocalBindUnlink: a socket that an earlier connection has left is removed. Other files stay. */
export function prepareSocket(path: string, { streamLocalBindUnlink }: Pick<SshConfig, 'streamLocalBindUnlink'>): void {
  if (streamLocalBindUnlink && lstatSync(path, { throwIfNoEntry: false })?.isSocket()) unlinkSync(path)
}

/** StreamLocalBindMask: the permissions that a socket is made without. It is made before `begin` returns. */
export function withMask<T>(mask: number, begin: () => T): T {
  const before = process.umask(mask)
  try {
    return begin()
  } finally {
    process.umask(before)
  }
}
