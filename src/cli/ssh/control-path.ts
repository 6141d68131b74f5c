import type { SshConfig } from '../../openssh/config/ssh-config.ts'

/** The path of the socket of a shared connection, if there is to be one. Node has no such sockets on Windows, and OpenSSH there has none either. */
export function controlPathOf({ controlPath }: Pick<SshConfig, 'controlPath'>, platform = process.platform): string | undefined {
  return controlPath === undefined || controlPath.toLowerCase() === 'none' || platform === 'win32' ? undefined : controlPath
}

/** Whether this connection is to become a master. */
export function wantsMaster({ controlMaster }: Pick<SshConfig, 'controlMaster'>): boolean {
  return controlMaster !== 'no'
}

/** Whether a master that is there already is used. A ControlMaster of its own is what `yes` and `ask` want. */
export function usesMaster({ controlMaster }: Pick<SshConfig, 'controlMaster'>): boolean {
  return controlMaster !== 'yes' && controlMaster !== 'ask'
}
