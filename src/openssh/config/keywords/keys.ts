/// How the user proves their identity.
import { algorithms } from '../algorithm-names.ts'
import { flag, list, number, optional, text, textOr, yesNoOr } from '../kinds.ts'
import { type ConfigLine, ConfigLineError } from '../line.ts'
import { type Keyword, unused } from '../spec.ts'
import { one, parseSeconds, some } from '../values.ts'

/** Whether a key that was read from a file is added to the agent, and for how long. */
export interface AddKeysToAgent {
  readonly when: 'no' | 'yes' | 'ask' | 'confirm'
  /** Seconds. */
  readonly lifetime?: number
}

const addKeysToAgent: Keyword<AddKeysToAgent> = {
  use: true, fallback: { when: 'no' },
  read(line) {
    const [first, second, ...more] = some(line).map((word) => word.toLowerCase())
    const when = ({ yes: 'yes', true: 'yes', no: 'no', false: 'no', ask: 'ask', confirm: 'confirm' } as const)[first!]
    if (more.length > 0 || (second !== undefined && when !== 'confirm')) throw new ConfigLineError('only "confirm" may be followed by a time')
    if (second !== undefined) return { when: 'confirm', lifetime: parseSeconds(second) }
    return when ? { when } : { when: 'yes', lifetime: parseSeconds(first!) }
  },
  print: ({ when, lifetime }) => [[...when === 'yes' && lifetime !== undefined ? [] : [{ yes: 'true', no: 'false', ask: 'ask', confirm: 'confirm' }[when]], ...lifetime === undefined ? [] : [String(lifetime)]].join(' ')],
}

/** `yes`, `no`, the path of a socket, or `$NAME` for a variable with such a path. */
const forwardAgent: Keyword<boolean | string> = {
  use: true, fallback: false, print: (value) => [value === true ? 'yes' : value === false ? 'no' : value],
  read(line) {
    const word = one(line), lower = word.toLowerCase()
    return lower === 'yes' || lower === 'true' ? true : lower === 'no' || lower === 'false' ? false : word
  },
}

const files = (line: ConfigLine) => [one(line)]

const GSSAPI = 'Kerberos is not supported here'
const HARDWARE = 'devices are reached through the agent'

export const KEY_KEYWORDS = {
  addKeysToAgent,
  batchMode: flag(false),
  certificateFile: list(files),
  enableSSHKeysign: unused('logins by host are not done here', flag(false)),
  forwardAgent,
  gssapiAuthentication: unused(GSSAPI, flag(false)),
  gssapiDelegateCredentials: unused(GSSAPI, flag(false)),
  gssapiClientIdentity: unused(GSSAPI, text()),
  gssapiKexAlgorithms: unused(GSSAPI, optional(one)),
  gssapiKeyExchange: unused(GSSAPI, flag(false)),
  gssapiRenewalForcesRekey: unused(GSSAPI, flag(false)),
  gssapiServerIdentity: unused(GSSAPI, text()),
  gssapiTrustDns: unused(GSSAPI, flag(false)),
  hostbasedAcceptedAlgorithms: unused('logins by host are not done here', algorithms('publicKey')),
  hostbasedAuthentication: unused('logins by host are not done here', flag(false)),
  identitiesOnly: flag(false),
  identityAgent: text(),
  identityFile: list(files),
  kbdInteractiveAuthentication: flag(true),
  kbdInteractiveDevices: unused('the server chooses its devices', text()),
  numberOfPasswordPrompts: number(3),
  passwordAuthentication: flag(true),
  pkcs11Provider: unused(HARDWARE, text(), { warn: (value) => value === undefined || value.toLowerCase() === 'none' ? undefined : 'PKCS11Provider is not loaded here: add its keys to the agent (ssh-add -s)' }),
  preferredAuthentications: text(),
  pubkeyAcceptedAlgorithms: algorithms('publicKey'),
  pubkeyAuthentication: yesNoOr('yes', ['unbound', 'host-bound']),
  requiredRSASize: number(1024),
  securityKeyProvider: textOr('internal'),
} as const
