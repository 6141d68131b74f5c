import type { HostKeyError } from '../../errors/ssh-error.ts'
import { keyTitle } from '../../host-key/fingerprint.ts'
import { knownHostName } from '../../host-key/host-name.ts'
import type { HostKeyStore } from '../../host-key/stores/host-key-store.ts'
import { joinedHostKeyStore } from '../../host-key/stores/joined.ts'
import type { HostKeyPolicy, HostKeyUpdate } from '../../host-key/policy.ts'
import type { NewHost } from '../../host-key/first-use-options.ts'
import { trustOnFirstUse } from '../../host-key/trust-on-first-use.ts'
import { fileHostKeyStore } from '../../transports/node/known-hosts-store.ts'
import type { SshConfig } from '../config/ssh-config.ts'
import type { Person as WholePerson } from '../person.ts'
import { restrictions } from './restrictions.ts'
import { underWay } from './under-way.ts'
import { updatesHostKeys, updateUserFiles } from './update.ts'
import { commandStore } from './known-hosts-command.ts'
import { shownArt, shownFingerprint } from './shown-key.ts'

export type Person = Pick<WholePerson, 'ask' | 'tell'>

type HostKeySettings = SshConfig

/**
 * The host-key policy of ssh_config(5). New hosts are recorded in the first of the user's files.
 * Unlike OpenSSH's, `StrictHostKeyChecking no` refuses changed keys: it only accepts new ones without asking.
 */
export function hostKeyPolicyOf(config: HostKeySettings, person: Person): HostKeyPolicy {
  let accepted = '', unasked = false
  const confirm = async (host: NewHost) => {
    accepted = `'${config.hostKeyAlias ?? knownHostName(host.host, host.port)}' (${keyTitle(host.key)})`
    unasked = config.strictHostKeyChecking !== 'ask'
    return await confirmNewHost(config, host, person)
  }
  const onWarning = (problem: string, line: number) => person.tell(`A line of the known hosts is ignored (${line}): ${problem}.`)
  const policyFor = (key: Uint8Array | undefined) => {
    const store = filesOf(config, key, () => person.tell(`Added ${accepted} to the known hosts.`))
    return trustOnFirstUse(store, { hash: config.hashKnownHosts, confirm, onWarning })
  }
  const policy: HostKeyPolicy = {
    // A list of the user's own is not put into another order.
    preferredAlgorithms: (host, port) => /^[^+-]/.test(config.hostKeyAlgorithms ?? '') ? [] : policyFor(undefined).preferredAlgorithms!(host, port),
    verify: (info) => policyFor(info.key).verify(info),
  }
  // A key that was recorded without a question does not vouch for others in the same connection.
  const update = async (announced: HostKeyUpdate) => {
    if (!unasked) await underWay(config, updateUserFiles(config, announced, person))
  }
  const updating = updatesHostKeys(config) === 'no' ? policy : { ...policy, update }
  const aliased = config.hostKeyAlias === undefined ? updating : underAlias(updating, config.hostKeyAlias)
  return restrictions(aliased, config, person)
}

/** What the user can do about a refused host key; undefined if the message says everything. */
export function hostKeyAdvice(error: HostKeyError, { hostName, port, hostKeyAlias, userKnownHostsFile }: HostKeySettings): string | undefined {
  if (error.code !== 'ERR_HOST_KEY_CHANGED') return undefined
  const name = hostKeyAlias ?? knownHostName(hostName, port)
  const removals = userKnownHostsFile.map((file) => `  ssh-keygen -R '${name}' -f '${file}'`)
  return ['Either the host has a new key, or a man in the middle can read everything that you send.', 'Only if you are sure that the host has a new key, remove the old one:', ...removals].join('\n')
}

/** Uses a separate name for the known hosts, without a port (`HostKeyAlias`). */
function underAlias(policy: HostKeyPolicy, alias: string): HostKeyPolicy {
  return {
    preferredAlgorithms: () => policy.preferredAlgorithms!(alias, 22),
    verify: (info) => policy.verify({ ...info, host: alias, port: 22 }),
    ...policy.update && { update: (update) => policy.update!({ ...update, host: alias, port: 22 }) },
  }
}

function filesOf(config: HostKeySettings, key: Uint8Array | undefined, onAppended: () => void): HostKeyStore {
  const { userKnownHostsFile: [first, ...more], globalKnownHostsFile } = config
  const others = [...[...more, ...globalKnownHostsFile].map(fileHostKeyStore), ...commandStore(config, key)]
  return joinedHostKeyStore(first === undefined ? NOWHERE : fileHostKeyStore(first), others, first === undefined ? () => {} : onAppended)
}

/** For a user without a file: what is recorded is forgotten. */
const NOWHERE: HostKeyStore = { read: () => '', append: () => {} }

async function confirmNewHost({ strictHostKeyChecking, batchMode, fingerprintHash }: HostKeySettings, host: NewHost, person: Person): Promise<boolean> {
  if (strictHostKeyChecking !== 'ask') return strictHostKeyChecking !== 'yes'
  if (batchMode) return false
  const shown = shownFingerprint(host.key, fingerprintHash)
  let question = `Nothing is known yet about the host '${knownHostName(host.host, host.port)}'.\nIts ${keyTitle(host.key)} key has the fingerprint ${shown}.\n${shownArt(host.key, fingerprintHash)}\nConnect to it (yes/no/[fingerprint])? `
  for (;;) {
    const answer = (await person.ask(question))?.trim()
    if (answer === undefined || answer === '' || answer.toLowerCase() === 'no') return false
    if (answer.toLowerCase() === 'yes' || answer === shown || answer === host.fingerprint) return true
    question = "Please type 'yes', 'no' or the fingerprint: "
  }
}
