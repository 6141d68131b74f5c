import { CONTEXT } from '../../bindings/session-context.ts'
import type { Session } from '../../bindings/session/session.ts'

/** Passes on the banners that the server has added since the last call. */
export function bannerFeed(session: Session, onBanner: ((banner: string) => void) | undefined): () => void {
  let shown = 0
  return () => {
    // One that was aborted may be freed by now.
    const all = session[CONTEXT].handle.freed ? '' : session.userauthBanner() ?? ''
    if (all.length > shown) onBanner?.(all.slice(shown))
    shown = all.length
  }
}
