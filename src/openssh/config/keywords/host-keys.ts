/// How the server proves its identity.
import { algorithms } from '../algorithm-names.ts'
import { choice, commandText, flag, text, words, yesNoOr } from '../kinds.ts'
import { unused } from '../spec.ts'

const SYSTEM_FOLDER = '/etc/ssh'

export const HOST_KEY_KEYWORDS = {
  caSignatureAlgorithms: algorithms('caSignature'),
  checkHostIP: unused('keys are kept by name alone', flag(false), { warn: (value) => value ? 'CheckHostIP is not supported here: the address of the host is not compared, only its name' : undefined }),
  fingerprintHash: choice('SHA256', ['SHA256', 'MD5', 'SHA1', 'SHA384', 'SHA512']),
  globalKnownHostsFile: words([`${SYSTEM_FOLDER}/ssh_known_hosts`, `${SYSTEM_FOLDER}/ssh_known_hosts2`], true),
  hashKnownHosts: flag(false),
  hostKeyAlias: text(),
  hostKeyAlgorithms: algorithms('hostKey'),
  knownHostsCommand: commandText(),
  noHostAuthenticationForLocalhost: flag(false),
  revokedHostKeys: text(),
  strictHostKeyChecking: choice('ask', ['yes', 'no', 'ask', 'accept-new'], { true: 'yes', false: 'no', off: 'no' }, { yes: 'true', no: 'false' }),
  updateHostKeys: yesNoOr('yes', ['ask']),
  userKnownHostsFile: words(['~/.ssh/known_hosts', '~/.ssh/known_hosts2'], true),
  verifyHostKeyDNS: unused('keys in DNS are not trusted, so that the known hosts decide', yesNoOr('no', ['ask']), { warn: (value) => value === 'no' ? undefined : 'VerifyHostKeyDNS is not supported here: keys in DNS are not looked up, the known hosts decide' }),
  visualHostKey: flag(false),
} as const
