/** Rejects if `work` takes longer, so that a hang is reported where it happens, not by the runner's time limit. */
export async function within<T>(milliseconds: number, what: string, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing after ${milliseconds} ms`)), milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The reason with which `work` rejects. @throws if it resolves. */
export async function rejection(work: Promise<unknown>): Promise<unknown> {
  const settled = await work.then((value) => ({ value }), (error: unknown) => ({ error }))
  if ('error' in settled) return settled.error
  throw new Error(`should have been rejected, but gave ${String(settled.value)}`)
}
