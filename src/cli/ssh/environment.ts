import { matchPattern } from '../../host-key/known-hosts/pattern.ts'
import type { SshConfig } from '../../openssh/config/ssh-config.ts'

/** The variables of SendEnv and SetEnv; those of SetEnv take precedence. */
export function environmentOf({ setEnv, sendEnv }: Pick<SshConfig, 'setEnv' | 'sendEnv'>, own: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const sent = Object.entries(own).filter((entry): entry is [string, string] => entry[1] !== undefined && sendEnv.some((pattern) => matchPattern(entry[0], pattern)))
  return Object.fromEntries([...sent, ...setEnv])
}
