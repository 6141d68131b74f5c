import type { Session } from '../../bindings/session/session.ts'
import { defaultAlgorithms } from '../../client/algorithms.ts'
import type { ParsedKey } from '../utils/parsed-key.ts'
import { parseKey } from '../utils/parse-key.ts'
import type { Link } from './link.ts'
import { isOpenSsh } from './openssh.ts'

/** Tells `hostkeys` with the keys that the server announces after the login, once it has shown that it owns them (OpenSSH's PROTOCOL section 2.5). */
export function listenForHostKeys(link: Link, session: Session): void {
  session.onGlobalRequest = (name, body) => {
    if (name !== 'hostkeys-00@openssh.com' || link.owner.listenerCount('hostkeys') === 0 || !isOpenSsh(link)) return
    // An announcement that makes no sense, or proofs that are wrong, are passed over, as `ssh2` does.
    announced(link, session, body).catch((error: unknown) => link.debug(`Client: host keys that the server announces are passed over: ${String(error)}`))
  }
}

async function announced(link: Link, session: Session, body: Uint8Array): Promise<void> {
  const { hostKeysAnnounced } = await import('../../client/host-key-update.ts')
  const offered = link.settings.algorithms.algorithms?.hostKey ?? defaultAlgorithms('hostKey')
  await hostKeysAnnounced(session, link.settings, async (update) => {
    const { keys } = update
    if (!await update.prove(keys)) throw new Error('the server has not shown that it owns them')
    link.tell('hostkeys', keys.map((key) => parseKey(Buffer.from(key))).filter((key): key is ParsedKey => !(key instanceof Error)))
  }, offered, body)
}
