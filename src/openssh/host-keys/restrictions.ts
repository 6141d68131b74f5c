import { HostKeyError } from '../../errors/ssh-error.ts'
import { fingerprint, keyTitle } from '../../host-key/fingerprint.ts'
import type { HostKeyInfo, HostKeyPolicy } from '../../host-key/policy.ts'
import { readPresentedKey } from '../../host-key/presented-key.ts'
import { parsePublicKey } from '../../keys/public-key.ts'
import { defaultAlgorithms } from '../../client/algorithms.ts'
import { WireReader } from '../../wire-format/reader.ts'
import { applyAlgorithmList } from '../algorithm-list.ts'
import type { SshConfig } from '../config/ssh-config.ts'
import type { Person as WholePerson } from '../person.ts'
import { revokedKeysOf } from './revoked-keys.ts'
import { shownArt, shownFingerprint } from './shown-key.ts'

type Person = Pick<WholePerson, 'tell'>

/** Further requirements of ssh_config(5) on a known host key: RevokedHostKeys, RequiredRSASize, CASignatureAlgorithms; and how it is shown. */
export function restrictions(policy: HostKeyPolicy, config: SshConfig, person: Person): HostKeyPolicy {
  let forced = false
  return {
    // A host whose key nobody looked at has none that could vouch for others.
    ...policy.update && { update: (update) => forced ? undefined : policy.update!(update) },
    ...policy.preferredAlgorithms && { preferredAlgorithms: (host, port) => policy.preferredAlgorithms!(host, port) },
    async verify(info) {
      await refuseRevokedByFile(config, info)
      await refuseWeak(config, info)
      showKey(config, info, person)
      if (config.noHostAuthenticationForLocalhost && isLoopback(info.host)) {
        forced = true
        person.tell('Forcing accepting of host key for loopback/localhost.', 'DEBUG')
        return
      }
      await policy.verify(info)
    },
  }
}

async function refuseRevokedByFile({ revokedHostKeys: path }: SshConfig, { key, host }: HostKeyInfo): Promise<void> {
  if (path === undefined) return
  const isRevoked = await revokedKeysOf(path)
  if (await isRevoked(readPresentedKey(key))) throw new HostKeyError(`Host key ${keyTitle(key)} ${await fingerprint(key)} of ${host} is revoked by the file ${path}`, { code: 'ERR_HOST_KEY_REVOKED', received: await fingerprint(key) })
}

async function refuseWeak({ requiredRSASize, caSignatureAlgorithms }: SshConfig, { key, host }: HostKeyInfo): Promise<void> {
  const { publicKey, certificate } = readPresentedKey(key)
  const { type, bits } = parsePublicKey(publicKey)
  const received = await fingerprint(key)
  if (type === 'ssh-rsa' && bits < requiredRSASize) throw new HostKeyError(`the RSA host key of ${host} has ${bits} bits: RequiredRSASize is ${requiredRSASize}`, { code: 'ERR_HOST_KEY_UNKNOWN', received })
  if (!certificate || caSignatureAlgorithms === undefined) return
  const used = new WireReader(certificate.signature).text()
  const allowed = applyAlgorithmList(caSignatureAlgorithms, defaultAlgorithms('hostKey'), defaultAlgorithms('hostKey'))
  if (!allowed.includes(used)) throw new HostKeyError(`the certificate of ${host} is signed with ${used}, which the CASignatureAlgorithms exclude`, { code: 'ERR_HOST_KEY_CERTIFICATE', received })
}

function showKey({ visualHostKey, fingerprintHash }: SshConfig, { key }: HostKeyInfo, person: Person): void {
  const { publicKey } = readPresentedKey(key)
  if (visualHostKey) person.tell(`Host key fingerprint is ${shownFingerprint(publicKey, fingerprintHash)}\n${shownArt(publicKey, fingerprintHash)}`)
  else person.tell(`Server host key: ${keyTitle(publicKey)} ${shownFingerprint(publicKey, fingerprintHash)}`, 'DEBUG')
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
