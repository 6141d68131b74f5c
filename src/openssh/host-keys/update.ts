import { fingerprint, keyTitle } from '../../host-key/fingerprint.ts'
import type { HostKeyChange } from '../../host-key/first-use-options.ts'
import { KnownHostsFile } from '../../host-key/known-hosts/file.ts'
import { joinedTexts } from '../../host-key/known-hosts/texts.ts'
import type { HostKeyUpdate } from '../../host-key/policy.ts'
import { agreedRotation, keepKeys } from '../../host-key/update-store.ts'
import { bitLength, readPublicKey } from '../../keys/public-key-blob.ts'
import { fileHostKeyStore } from '../../transports/node/known-hosts-store.ts'
import type { SshConfig } from '../config/ssh-config.ts'
import type { Person as WholePerson } from '../person.ts'
import { revokedKeysOf } from './revoked-keys.ts'

type Person = Pick<WholePerson, 'ask' | 'tell'>

/** UpdateHostKeys, where there is a file to update. Nobody is asked in batch mode. */
export function updatesHostKeys({ updateHostKeys, batchMode, userKnownHostsFile }: SshConfig): 'yes' | 'no' | 'ask' {
  if (userKnownHostsFile.length === 0) return 'no'
  return updateHostKeys === 'ask' && batchMode ? 'no' : updateHostKeys
}

/**
 * Learns and forgets the keys that a server announces, by the rules of ssh: only the user's files count and change, all keys go to the first of them,
 * and the host's lines in the others go.
 */
export async function updateUserFiles(config: SshConfig, announced: HostKeyUpdate, person: Person): Promise<void> {
  const { userKnownHostsFile, revokedHostKeys, hashKnownHosts, requiredRSASize } = config
  const update = { ...announced, keys: announced.keys.filter((key) => isLongEnough(key, requiredRSASize)) }
  const stores = userKnownHostsFile.map(fileHostKeyStore)
  const texts = await Promise.all(stores.map((store) => store.read()))
  const all = new KnownHostsFile(joinedTexts(texts))
  const asking = updatesHostKeys(config) === 'ask'
  const rotation = await agreedRotation(all, update, {
    isRevoked: revokedHostKeys === undefined ? undefined : await revokedKeysOf(revokedHostKeys),
    agree: async (change) => {
      await tell(change, person, asking)
      return !asking || accepted(person)
    },
  })
  if (!rotation) return
  // The host's lines leave the other files only when the first one has its keys: otherwise it would be unknown.
  for (const [at, store] of stores.entries()) if (!await keepKeys(store, texts[at]!, update, at === 0 ? update.keys : [], rotation.hashed || hashKnownHosts)) return
}

function isLongEnough(key: Uint8Array, requiredRSASize: number): boolean {
  const fields = readPublicKey(key)
  return fields.kind !== 'rsa' || bitLength(fields.n) >= requiredRSASize
}

/** In ssh's words. Where nobody is asked they are for the verbose. */
async function tell({ added, removed }: HostKeyChange, person: Person, asking: boolean): Promise<void> {
  const level = asking ? 'INFO' : 'VERBOSE'
  for (const key of added) person.tell(`Learned new hostkey: ${keyTitle(key)} ${await fingerprint(key)}`, level)
  for (const key of removed) person.tell(`Deprecating obsolete hostkey: ${keyTitle(key)} ${await fingerprint(key)}`, level)
}

async function accepted(person: Person): Promise<boolean> {
  for (let turn = 0; turn < 3; turn++) {
    const answer = (await person.ask('Accept updated hostkeys? (yes/no): '))?.trim().toLowerCase()
    if (answer === 'yes') return true
    if (answer === undefined || answer === 'no') return false
    person.tell('Please enter "yes" or "no"')
  }
  return false
}
