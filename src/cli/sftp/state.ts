import { posix } from 'node:path'
import type { SftpClient } from '../../sftp/client/sftp-client.ts'
import { expandRemoteHome } from '../transfer/remote-path.ts'
import type { CopyOptions } from '../transfer/copy.ts'

/** The state of an sftp(1) session: its directories and output. */
export class SftpState {
  readonly sftp: SftpClient
  readonly copy: Pick<CopyOptions, 'limit'>
  /** The remote working directory. */
  directory: string
  progress: boolean
  ended = false
  readonly print: (text: string) => void
  readonly complain: (text: string) => void

  constructor(sftp: SftpClient, directory: string, settings: Pick<SftpState, 'copy' | 'progress' | 'print' | 'complain'>) {
    this.sftp = sftp
    this.directory = directory
    this.copy = settings.copy
    this.progress = settings.progress
    this.print = settings.print
    this.complain = settings.complain
  }

  /** A remote path, relative to the working directory. */
  async remote(path: string): Promise<string> {
    const expanded = await expandRemoteHome(this.sftp, path)
    return posix.isAbsolute(expanded) ? expanded : posix.join(this.directory, expanded)
  }
}
