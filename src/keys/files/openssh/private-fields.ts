import { equalBytes } from '../../../wire-format/bytes.ts'
import type { WireReader } from '../../../wire-format/reader.ts'
import type { WireWriter } from '../../../wire-format/writer.ts'
import { isDsa, malformed, unsupported } from '../../key-error.ts'
import { type EcdsaCurve, CURVES, isMlDsa } from '../../key-types.ts'
import { ecdsaPrivate, ed25519Private, mlDsaPrivate, rsaPrivate } from '../../private-fields.ts'
import type { PrivateFields } from '../../private-numbers.ts'
import { typeOf } from '../../public-key-blob.ts'
import type { Steps } from '../../steps.ts'

/** The type and the numbers of a private key, as OpenSSH writes them in key files and in agent messages (draft-ietf-sshm-ssh-agent section 3.2). */
export function* readOpenSshFields(reader: WireReader): Steps<PrivateFields> {
  const type = reader.text()
  switch (type) {
    case 'ssh-rsa': {
      const n = reader.mpint(), e = reader.mpint(), d = reader.mpint(), iqmp = reader.mpint(), p = reader.mpint(), q = reader.mpint()
      return rsaPrivate({ n, e, d, p, q, iqmp })
    }
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521': {
      const curve = reader.text()
      if (`ecdsa-sha2-${curve}` !== type || !(curve in CURVES)) throw malformed('the curve and the type of the ECDSA key differ')
      const point = reader.string()
      return yield* ecdsaPrivate(curve as EcdsaCurve, reader.mpint(), point)
    }
    case 'ssh-ed25519': {
      const key = reader.string(), secret = reader.string()
      if (secret.length !== 64 || !equalBytes(secret.subarray(32), key)) throw malformed('the two halves of the Ed25519 key do not belong together')
      return yield* ed25519Private(secret.subarray(0, 32), key)
    }
    default:
      if (isMlDsa(type)) {
        const key = reader.string()
        return yield* mlDsaPrivate(type, reader.string(), key)
      }
      if (type.startsWith('sk-')) throw unsupported('the key is on a security key: sign with it through an agent')
      if (type === 'ssh-dss') throw isDsa()
      throw unsupported('private keys of this type are not supported')
  }
}

export function writeOpenSshFields(writer: WireWriter, key: PrivateFields): void {
  writer.string(typeOf(key.public))
  if (key.kind === 'rsa') writer.mpint(key.public.n).mpint(key.public.e).mpint(key.d).mpint(key.iqmp).mpint(key.p).mpint(key.q)
  else if (key.kind === 'ecdsa') writer.string(key.public.curve).string(key.public.point).mpint(key.scalar)
  else if (key.kind === 'mldsa44-ed25519') writer.string(key.public.key).string(key.seed)
  else writer.string(key.public.key).uint32(64).bytes(key.seed).bytes(key.public.key)
}
