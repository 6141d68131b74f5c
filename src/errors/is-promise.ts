/** Whether a caller has passed a Promise, and forgotten to await it: their mistake is named then. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
