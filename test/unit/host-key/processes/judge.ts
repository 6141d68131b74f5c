// A process of the tests beside it: judges the keys that its parent presents, and accepts new ones into one known_hosts file.
import { byMode } from '../../../../src/ssh2/host-keys/by-mode.ts'
import { trustOnFirstUse } from '../../../../src/host-key/trust-on-first-use.ts'
import { hostKeyPolicyOf } from '../../../../src/openssh/host-keys/policy.ts'
import { readSshConfig } from '../../../../src/openssh/config/ssh-config.ts'
import { fileHostKeyStore } from '../../../../src/transports/node/known-hosts-store.ts'

/** A first connection that begins at a time of `Date.now()`, so that those of several processes begin together. */
export interface Attempt {
  readonly host: string
  /** The presented key, in base64. */
  readonly key: string
  readonly at: number
}
/** `accepted`, or the code and the message of the error. */
export type Verdict = { readonly accepted: true } | { readonly accepted: false, readonly code: unknown, readonly message: string }

export const WAYS = ['drop-in', 'library', 'program'] as const
export type Way = typeof WAYS[number]

const [way, path] = process.argv.slice(2) as [Way, string]
/** Stands at the line until the time has come: a timer is too inexact. */
const wait = (at: number) => { while (Date.now() < at); }

async function judge({ host, key, at }: Attempt): Promise<unknown> {
  const info = { host, port: 22, key: Buffer.from(key, 'base64'), algorithm: 'ssh-ed25519' }
  if (way === 'library') {
    const policy = trustOnFirstUse(fileHostKeyStore(path))
    await policy.preferredAlgorithms!(host, 22)
    wait(at)
    return policy.verify(info)
  }
  if (way === 'program') {
    const config = await readSshConfig({ host, file: 'none', options: ['StrictHostKeyChecking accept-new', `UserKnownHostsFile ${path}`, 'GlobalKnownHostsFile none'] })
    const policy = hostKeyPolicyOf(config, { ask: () => Promise.resolve(undefined), tell: () => {} })
    await policy.preferredAlgorithms!(host, 22)
    wait(at)
    return policy.verify(info)
  }
  const judgement = byMode('accept-new', { host, port: 22, agentForward: false, sendsSecrets: false, warn: () => {} })
  await judgement.verify(info.key)
  wait(at)
  return judgement.loggedIn()
}

process.on('message', (attempt: Attempt) => {
  void judge(attempt).then(() => ({ accepted: true }), (error: Error & { code?: unknown, cause?: { code?: unknown } }) => ({ accepted: false, code: error.cause?.code ?? error.code, message: error.message }))
    .then((verdict) => process.send!(verdict))
})
process.send?.('ready')
