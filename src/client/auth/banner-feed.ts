import type { Session } from '../../bindings/session/session.ts'

/** Passes on the banners that the server has added since the last call. */
export function bannerFeed(session: Session, onBanner: ((banner: string) => void) | undefined): () => void {
  let shown = 0
  return () => {
    const all = session.userauthBanner() ?? ''
    if (all.length > shown) onBanner?.(all.slice(shown))
    shown = all.length
  }
}
