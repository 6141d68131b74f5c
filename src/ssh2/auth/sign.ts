import { readPublicKey } from '../../keys/public-key-blob.ts'
import { signatureAlgorithms } from '../../keys/key-types.ts'
import { wholeSignature } from '../../keys/signers/whole-signature.ts'
import { clientError } from '../client/errors.ts'
import type { BaseAgent } from '../agents/base-agent.ts'
import { tell } from '../tell.ts'
import type { ParsedKey } from '../utils/parsed-key.ts'

/** Node's name of the hash of an RSA algorithm; undefined for other keys, which have no choice. */
const hashOf = (algorithm: string) => ({ 'rsa-sha2-512': 'sha512', 'rsa-sha2-256': 'sha256', 'ssh-rsa': 'sha1' } as const)[algorithm]

/** The algorithms to offer for a key; SHA-1 comes last, and only if it is allowed. */
export function algorithmsOf(key: ParsedKey, sha1: boolean): readonly string[] {
  const names = signatureAlgorithms(key.type)
  return key.type === 'ssh-rsa' && !sha1 ? names.filter((name) => name !== 'ssh-rsa') : names
}

/** Signs with a local key. @throws ClientError of level `client-authentication` */
export function signWithKey(key: ParsedKey, data: Uint8Array, algorithm: string): Uint8Array {
  const signature = key.sign(Buffer.from(data), hashOf(algorithm)) as Buffer | Error
  if (signature instanceof Error) throw clientError(`Error signing data with key: ${signature.message}`, { level: 'client-authentication' }, signature)
  return whole(key, algorithm, signature)
}

/** Asks an agent to sign. Rejects with its error, of level `agent`. */
export function signWithAgent(agent: BaseAgent, key: ParsedKey, data: Uint8Array, algorithm: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    tell(() => agent.sign(key, Buffer.from(data), { hash: hashOf(algorithm) }, (error, signature) => {
      if (error) return reject(Object.assign(error, { level: 'agent' }))
      try {
        resolve(whole(key, algorithm, signature as Buffer))
      } catch (wrong) {
        reject(clientError('Failed to sign data with agent', { level: 'agent' }, wrong))
      }
    }))
  })
}

const whole = (key: ParsedKey, algorithm: string, signature: Uint8Array) => wholeSignature(readPublicKey(key.getPublicSSH()), algorithm, signature)
