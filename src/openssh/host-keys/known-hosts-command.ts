import { execFile } from 'node:child_process'
import { publicKeyType } from '../../keys/public-key-blob.ts'
import { encodeBase64 } from '../../wire-format/base64.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import type { HostKeyStore } from '../../host-key/stores/host-key-store.ts'
import { splitArguments } from '../config/line.ts'
import type { SshConfig } from '../config/ssh-config.ts'
import { expandTokens } from '../config/tokens.ts'
import { shownFingerprint } from './shown-key.ts'

/**
 * The output of KnownHostsCommand, in the format of known_hosts files. The command runs once for each lookup, without a shell.
 * @param key the presented key; undefined while algorithms are ordered
 */
export function commandStore({ knownHostsCommand, hostName, port, tokens, fingerprintHash }: SshConfig, key: Uint8Array | undefined): HostKeyStore[] {
  if (knownHostsCommand === undefined || knownHostsCommand.toLowerCase() === 'none') return []
  const name = port === 22 ? hostName : `[${hostName}]:${port}`
  const known = { ...tokens, I: key ? 'HOSTNAME' : 'ORDER', H: name, ...key ? { t: publicKeyType(key), f: shownFingerprint(key, fingerprintHash), K: encodeBase64(key) } : { t: 'NONE', f: 'NONE', K: 'NONE' } }
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
