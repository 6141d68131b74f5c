/// What page and holder call things, and how often they do.

/** Changes with the messages of messages.ts: pages and holders of another version do not meet. */
export const PROTOCOL = 1

/** Keeps a service worker running: browsers end one that gets no events. */
export const FEED = 'feed'
/** Milliseconds between them. */
export const FED = 10_000

/** The Web Lock that the worker holds for a page, beside the page's own: a worker's end is told to nobody, but its locks become free. */
export function holderLock(lock: string): string {
  return `${lock}:holder`
}
