import type { AuthContext, PublicKeyAuthContext } from 'ssh2'
import { parsePublicKey } from '../../../src/index.ts'

/** What a server saw of a login, in its words: `none`, `password`, `? SHA…` for a key that it was asked about, `! …` for one that was signed with. */
export function nameOf(context: AuthContext, keys: Readonly<Record<string, string>>): string {
  if (context.method !== 'publickey') return context.method
  const { key, signature, hashAlgo } = context as PublicKeyAuthContext & { readonly hashAlgo?: string }
  const [name = 'another'] = Object.entries(keys).find(([, line]) => Buffer.from(parsePublicKey(line).blob).equals(key.data)) ?? []
  const algorithm = key.algo === 'ssh-rsa' ? ` ${hashAlgo ?? 'sha1'}` : ''
  return `${signature ? '!' : '?'} ${name}${algorithm}`
}
