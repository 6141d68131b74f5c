import { defaultAlgorithms } from '../../client/algorithms.ts'
import { certificateName, MLDSA44_NAMES, signatureAlgorithms } from '../../keys/key-types.ts'
import { publicKeyType } from '../../keys/public-key-blob.ts'
import type { Signer } from '../../keys/signers/signer.ts'
import { applyAlgorithmList } from '../algorithm-list.ts'
import { availableAlgorithms } from '../algorithms.ts'
import type { SshConfig } from '../config/ssh-config.ts'

/** The signer, limited to the signatures that PubkeyAcceptedAlgorithms allows: `ssh-rsa` only if the user names it. */
export function acceptedSignatures(signer: Signer, config: SshConfig): Signer {
  const accepted = acceptedAlgorithms(publicKeyType(signer.publicKey), config)
  const algorithms = (signer.algorithms ?? signatureAlgorithms(publicKeyType(signer.publicKey))).filter((name) => accepted.includes(name))
  return { publicKey: signer.publicKey, algorithms, ...signer.comment !== undefined && { comment: signer.comment }, sign: (data, algorithm) => signer.sign(data, algorithm) }
}

/** The allowed signature algorithms of a key type. */
export function acceptedAlgorithms(type: string, config: Pick<SshConfig, 'pubkeyAcceptedAlgorithms'>): readonly string[] {
  const accepted = acceptedList(config)
  return signatureAlgorithms(type).filter((name) => accepted.includes(name))
}

/** PubkeyAcceptedAlgorithms: the default, or as the configuration changes it. */
export function acceptedList({ pubkeyAcceptedAlgorithms: list }: Pick<SshConfig, 'pubkeyAcceptedAlgorithms'>): readonly string[] {
  const defaults = [...defaultAlgorithms('hostKey'), ...MLDSA44_NAMES, ...MLDSA44_NAMES.map(certificateName)]
  return list === undefined ? defaults : applyAlgorithmList(list, defaults, [...availableAlgorithms('hostKey'), ...defaults])
}
