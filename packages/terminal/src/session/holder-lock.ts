/** The Web Lock that the worker holds for a page, beside the page's own: a worker's end is told to nobody, but its locks become free. */
export function holderLock(lock: string): string {
  return `${lock}:holder`
}
