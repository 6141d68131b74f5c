import { reasonOf } from '../../errors/reason-of.ts'
import { KeyError } from '../../errors/ssh-error.ts'
import type { AgentClient } from '../../keys/agent/client.ts'
import { parsePrivateKey } from '../../keys/files/parse-private-key.ts'
import type { PrivateKey } from '../../keys/private-key.ts'
import type { AddKeysToAgent } from '../config/keywords/keys.ts'
import type { SshConfig } from '../config/ssh-config.ts'
import type { Person } from '../person.ts'
import { exposedWarning, readKeyFile } from './key-file.ts'

export interface KeyOpening {
  readonly config: SshConfig
  readonly person: Person
  readonly agent: AgentClient | undefined
}

/** Opens a key file when its turn comes, asking for its passphrase as often as NumberOfPasswordPrompts says. @throws KeyError if it cannot be used */
export async function openKeyFile(path: string, { config, person, agent }: KeyOpening): Promise<PrivateKey> {
  const file = readKeyFile(path)
  if (!file) throw new KeyError(`Load key "${path}": No such file or directory`, { code: 'ERR_KEY_FORMAT' })
  if (file.exposed !== undefined) {
    person.tell(exposedWarning(path, file.exposed), 'ERROR')
    throw new KeyError(`Load key "${path}": bad permissions`, { code: 'ERR_KEY_UNSUPPORTED' })
  }
  const key = await decrypt(path, file.text, config, person)
  await giveToAgent(key, path, config.addKeysToAgent, person, agent)
  return key
}

async function decrypt(path: string, text: string, config: SshConfig, person: Person): Promise<PrivateKey> {
  const options = { minimumRsaBits: config.requiredRSASize }
  for (let attempt = 0, passphrase: string | undefined; ; attempt++) {
    try {
      return await parsePrivateKey(text, { ...options, passphrase })
    } catch (error) {
      const locked = error instanceof KeyError && (error.code === 'ERR_KEY_PASSPHRASE_REQUIRED' || error.code === 'ERR_KEY_PASSPHRASE_WRONG')
      if (!locked || config.batchMode || attempt >= config.numberOfPasswordPrompts) throw error
      passphrase = await person.askSecret(`Enter passphrase for key '${path}': `)
      // An empty line skips this key.
      if (!passphrase) throw error
    }
  }
}

/** `AddKeysToAgent`. If the agent refuses the key, the login continues. */
async function giveToAgent(key: PrivateKey, path: string, { when, lifetime }: AddKeysToAgent, person: Person, agent: AgentClient | undefined): Promise<void> {
  if (when === 'no' || !agent) return
  if (when === 'ask' && !/^yes$/i.test((await person.ask(`Add key ${path} (${key.comment}) to agent? `))?.trim() ?? '')) return
  try {
    await agent.addIdentity(key, { comment: key.comment || path, ...lifetime !== undefined && { lifetime }, ...when === 'confirm' && { confirm: true } })
    person.tell(`Identity added to the agent: ${path}`, 'DEBUG')
  } catch (error) {
    person.tell(`The agent does not accept ${path}: ${reasonOf(error)}`, 'DEBUG')
  }
}
