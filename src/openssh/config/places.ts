import { join } from 'node:path'
import type { LocalUser } from './tokens.ts'

/** Where the configuration of all users lies. */
export function systemConfigFolder({ environment }: Pick<LocalUser, 'environment'>, platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' ? join(environment['ProgramData'] ?? 'C:\\ProgramData', 'ssh') : '/etc/ssh'
}
