import type { Session } from '../../bindings/session/session.ts'
import { CONTEXT } from '../../bindings/session-context.ts'
import { negotiatedAlgorithms, offerAlgorithms } from '../../client/algorithms.ts'
import { LIBSSH2_ERROR_EAGAIN } from '../../ffi/constants.gen.ts'
import { ignore } from '../tell.ts'
import { handshakeFailed, nothingToOffer } from './no-match.ts'
import type { Link } from './link.ts'
import { clientError } from './errors.ts'

/** The algorithms of one direction. `mac` is empty if the cipher authenticates by itself, and `lang` always is. */
export interface NegotiatedDirection {
  cipher: string
  mac: string
  compress: string
  lang: string
}

/** The argument of `handshake`. */
export interface Negotiated {
  kex: string
  serverHostKey: string
  /** The same, by the name that older versions of `ssh2` have. */
  srvHostKey: string
  cs: NegotiatedDirection
  sc: NegotiatedDirection
}

/** Exchanges keys and checks the host key, before anything else is sent. @returns the agreed algorithms */
export async function handshake(link: Link, session: Session): Promise<Negotiated> {
  const { settings, roundTrip } = link
  if (settings.ident !== undefined) session.bannerSet(`SSH-2.0-${settings.ident}`)
  const { judge } = settings
  const nothing = nothingToOffer(settings.algorithms)
  if (nothing) throw nothing
  offerAlgorithms(session, settings.algorithms, await judge.known())
  try {
    await session.complete(() => session.handshake())
  } catch (error) {
    throw handshakeFailed(error) ?? error
  }
  roundTrip.fastest = performance.now() - session[CONTEXT].wire.sentAt
  const key = session.hostkey()
  if (!key) throw clientError('Handshake failed: the server has no host key', { level: 'handshake', fatal: true })
  await judge.verify(Buffer.from(key.key))
  return negotiated(session)
}

/** Emits `handshake` and `rekey` after each re-key, whichever side started it. */
export function watchExchanges(link: Link, session: Session): void {
  const count = () => session[CONTEXT].plain((c, pointer) => c.glue_session_exchanges(pointer))
  let seen = count()
  session.complete(() => {
    for (const now = count(); seen < now; seen++) {
      link.tell('handshake', negotiated(session))
      link.tell('rekey')
    }
    return LIBSSH2_ERROR_EAGAIN
  }).catch(ignore)
}

/** The negotiated algorithms in the form that `ssh2` uses. */
export function negotiated(session: Session): Negotiated {
  const { kex, hostKey, cipher, mac, compression } = negotiatedAlgorithms(session)
  const direction = (which: 'toServer' | 'fromServer'): NegotiatedDirection => ({ cipher: cipher[which], mac: mac[which] ?? '', compress: compression[which], lang: '' })
  return { kex, serverHostKey: hostKey, srvHostKey: hostKey, cs: direction('toServer'), sc: direction('fromServer') }
}
