import { KeyError } from '../../errors/ssh-error.ts'
import { fingerprint } from '../../host-key/fingerprint.ts'
import type { SecurityKeyFile } from '../../keys/files/openssh/security-key.ts'
import { SK_ECDSA } from '../../keys/key-types.ts'
import { publicKeyType } from '../../keys/public-key-blob.ts'
import type { Signer } from '../../keys/signers/signer.ts'
import type { SshConfig } from '../config/ssh-config.ts'
import type { Person } from '../person.ts'
import { PinNeeded, signByHelper } from './security-key-helper.ts'

export interface SecurityKeyUse {
  readonly config: Pick<SshConfig, 'securityKeyProvider' | 'batchMode'>
  readonly person: Person
  /** Aborts when the login has ended. */
  readonly ended: AbortSignal
}

/** SecurityKeyProvider: `$NAME` is the variable's value. @throws KeyError if the variable is not set */
export function providerOf({ securityKeyProvider: text }: Pick<SshConfig, 'securityKeyProvider'>, environment: Readonly<Record<string, string | undefined>> = process.env): string {
  if (!/^\$./.test(text)) return text
  const value = environment[text.slice(1)]
  if (!value) throw new KeyError(`SecurityKeyProvider names the variable ${text}, which is not set`, { code: 'ERR_KEY_UNSUPPORTED' })
  return value
}

/** Signs with the device of a key file, through OpenSSH's helper; asks for a touch and for the PIN as ssh(1) does. */
export function securityKeySigner(file: SecurityKeyFile, path: string, { config, person, ended }: SecurityKeyUse): Signer {
  const type = publicKeyType(file.publicKey) === SK_ECDSA ? 'ECDSA-SK' : 'ED25519-SK'
  const sign = async (data: Uint8Array, pin?: string) => {
    const provider = providerOf(config)
    // As in ssh: where nobody sees a terminal, only -v shows it.
    const level = process.stderr.isTTY ? 'ERROR' : 'DEBUG'
    if (file.touch) person.tell(`Confirm user presence for key ${type} ${await fingerprint(file.publicKey)}`, level)
    const signature = await signByHelper({ entry: file.entry, provider, data, ...pin !== undefined && { pin }, signal: ended, tell: (line) => person.tell(line, 'ERROR') })
    if (file.touch) person.tell('User presence confirmed', level)
    return signature
  }
  return {
    publicKey: file.publicKey,
    comment: file.comment,
    asksPerson: true,
    async sign(data) {
      try {
        return await sign(data)
      } catch (error) {
        if (!(error instanceof PinNeeded) || config.batchMode) throw error
        const pin = await person.askSecret(`Enter PIN for ${type} key ${path}: `)
        if (!pin) throw error
        return await sign(data, pin)
      }
    },
  }
}
