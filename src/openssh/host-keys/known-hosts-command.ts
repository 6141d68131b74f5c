import { execFile } from 'node:child_process'
import { SSHError } from '../../errors/ssh-error.ts'
import type { HostKeyStore } from '../../host-key/stores/host-key-store.ts'
import { splitArguments } from '../config/line.ts'
import type { SshConfig } from '../config/ssh-config.ts'
import { expandTokens } from '../config/tokens.ts'

/** The output of KnownHostsCommand, in the format of known_hosts files. The command runs once for each lookup, without a shell. For `ORDER`, `%I` is HOSTNAME. */
export function commandStore({ knownHostsCommand, hostName, port, tokens }: SshConfig): HostKeyStore[] {
  if (knownHostsCommand === undefined || knownHostsCommand.toLowerCase() === 'none') return []
  const name = port === 22 ? hostName : `[${hostName}]:${port}`
  // The server has not presented a key yet when algorithms are ordered, so the tokens for the key are empty, as in ssh.
  const known = { ...tokens, I: 'HOSTNAME', H: name, t: 'NONE', f: 'NONE', K: 'NONE' }
  return [{
    read: () => new Promise((resolve, reject) => {
      const [file, ...args] = splitArguments(knownHostsCommand).map((word) => expandTokens(word, known))
      execFile(file!, args, { encoding: 'utf8' }, (cause, stdout) => {
        if (cause) reject(new SSHError(`the KnownHostsCommand failed: ${cause.message}`, { code: 'ERR_SSH_CONFIG', cause }))
        else resolve(stdout)
      })
    }),
    append: () => {},
  }]
}
