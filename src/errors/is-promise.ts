/** Whether a caller has passed a Promise and forgotten to await it, so that the error can say so. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
