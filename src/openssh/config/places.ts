import { join } from 'node:path'
import type { LocalUser } from './tokens.ts'

/** The folder of the system-wide configuration. */
export function systemConfigFolder({ environment }: Pick<LocalUser, 'environment'>, platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' ? join(environment['ProgramData'] ?? 'C:\\ProgramData', 'ssh') : '/etc/ssh'
}
