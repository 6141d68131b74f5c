import { AuthenticationError, formatPublicKey, KeyError, keyboardInteractive, parsePrivateKey, password, publicKey, toSigner } from 'libssh2-wasm'
import { type Case, login } from './case.ts'
import { ensure, equal, reasonOf, rejection } from './check.ts'

/** WebCrypto's Ed25519 came late to some runtimes. */
async function lacksEd25519(): Promise<string | undefined> {
  const reason = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']).then(() => undefined, String)
  return reason && `no Ed25519 in WebCrypto: ${reason}`
}

export const authentication: readonly Case[] = [
  {
    feature: 'keys', name: 'logs in with parsed keys: Ed25519, ECDSA, RSA',
    async run(target) {
      for (const [type, text] of Object.entries(target.environment.privateKeys)) {
        const key = await parsePrivateKey(text)
        await using client = await login(target, { auth: [publicKey(key)] })
        equal((await client.run(`echo ${type}`)).stdout, `${type}\n`, 'output')
        key.wipe()
      }
    },
  },
  {
    feature: 'WebCrypto key', name: 'logs in with an Ed25519 key that cannot be extracted', lacks: lacksEd25519,
    async run(target) {
      const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']) as CryptoKeyPair
      equal(pair.privateKey.extractable, false, 'extractable')
      const line = formatPublicKey(await toSigner(pair))
      await using first = await login(target)
      await first.run(`cat >> '${target.environment.authorizedKeys}'`, { stdin: `${line}\n` })
      await using client = await login(target, { auth: [publicKey(pair)] })
      equal((await client.run('echo signed')).stdout, 'signed\n', 'output')
    },
  },
  {
    feature: 'password', name: 'logs in with a password', lacks: ({ environment }) => environment.password === null ? 'this machine cannot have a user with a password' : undefined,
    async run(target) {
      await using client = await login(target, { auth: [password(target.environment.password!)] })
      equal((await client.run('echo in')).stdout, 'in\n', 'output')
    },
  },
  {
    feature: 'typed errors', name: 'a wrong key and a wrong password give an AuthenticationError',
    async run(target) {
      const refused = login(target, { auth: [publicKey(target.environment.strangersKey), keyboardInteractive(() => []), password('wrong')] })
      const error = await rejection(AuthenticationError, refused)
      equal([error.name, error.code], ['AuthenticationError', 'ERR_AUTHENTICATION_FAILED'], 'name and code')
      equal(error.methodsTried, ['publickey', 'password'], 'methods tried')
      ensure(!error.message.includes('wrong'), 'the password is not in the message')
    },
  },
  {
    feature: 'typed errors', name: 'a bad key file gives a KeyError, at a login as its cause',
    async run(target) {
      const cut = target.environment.privateKeys.ed25519!.replace(/^(.*\n.*\n)(.*\n)+(-----END)/m, '$1$3')
      for (const text of ['no key', cut]) {
        ensure(await reasonOf(parsePrivateKey(text)) instanceof KeyError, 'parsePrivateKey')
        const refused = await reasonOf(login(target, { auth: [publicKey(text)] }))
        ensure(refused instanceof AuthenticationError && refused.cause instanceof KeyError, 'connect')
      }
    },
  },
]
