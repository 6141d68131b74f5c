import { reasonOf } from '../../errors/reason-of.ts'
import { KeyError } from '../../errors/ssh-error.ts'
import type { AgentClient } from '../../keys/agent/client.ts'
import { parsePrivateKey } from '../../keys/files/parse-private-key.ts'
import type { PrivateKey } from '../../keys/private-key.ts'
import type { Signer } from '../../keys/signers/signer.ts'
import type { AddKeysToAgent } from '../config/keywords/keys.ts'
import type { SshConfig } from '../config/ssh-config.ts'
import type { Person } from '../person.ts'
import { exposedWarning, isSecurityKeyText, readKeyFile } from './key-file.ts'

export interface KeyOpening {
  readonly config: SshConfig
  readonly person: Person
  readonly agent: AgentClient | undefined
  /** Aborts when the login has ended, and with it what signs for it. */
  readonly ended: AbortSignal
}

/**
 * Opens a key file when its turn comes, asking for its passphrase as often as NumberOfPasswordPrompts says. Security keys sign through OpenSSH's helper.
 * @throws KeyError if it cannot be used
 */
export async function openKeyFile(path: string, opening: KeyOpening): Promise<Signer> {
  const { config, person, agent } = opening, file = readKeyFile(path)
  if (!file) throw new KeyError('the file does not exist, or cannot be read', { code: 'ERR_KEY_FORMAT' })
  if (file.exposed !== undefined) {
    person.tell(exposedWarning(path, file.exposed), 'ERROR')
    throw new KeyError(`Load key "${path}": bad permissions`, { code: 'ERR_KEY_UNSUPPORTED' })
  }
  if (isSecurityKeyText(file.text)) return openSecurityKey(path, file.text, opening)
  const key = await decrypted(path, opening, (passphrase) => parsePrivateKey(file.text, { minimumRsaBits: config.requiredRSASize, passphrase }))
  await giveToAgent(key, path, config.addKeysToAgent, person, agent)
  return key
}

async function openSecurityKey(path: string, text: string, opening: KeyOpening): Promise<Signer> {
  const [{ readSecurityKey }, { securityKeySigner }] = await Promise.all([import('../../keys/files/openssh/security-key.ts'), import('./security-key.ts')])
  const file = await decrypted(path, opening, (passphrase) => readSecurityKey(text, passphrase))
  if (opening.config.addKeysToAgent.when !== 'no') opening.person.tell(`Not added to the agent: ${path} is on a security key (ssh-add does it)`, 'DEBUG')
  return securityKeySigner(file, path, opening)
}

async function decrypted<T>(path: string, { config, person }: KeyOpening, parse: (passphrase: string | undefined) => Promise<T>): Promise<T> {
  for (let attempt = 0, passphrase: string | undefined; ; attempt++) {
    try {
      return await parse(passphrase)
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
