/**
 * Runs `work` for each item, up to `limit` at a time, and resolves when all are done. After a failure, of an item or of the iteration, it starts
 * nothing new, calls `stop`, and rejects with the first failure when the running work has ended.
 */
export async function forEachParallel<T>(items: AsyncIterable<T> | Iterable<T>, limit: number, work: (item: T) => Promise<void>, stop = (_failure: unknown) => {}): Promise<void> {
  let running = 0
  let failure: { error: unknown } | undefined
  let wake = () => {}
  const failed = (error: unknown) => {
    if (failure) return
    failure = { error }
    stop(error)
  }
  const fewerThan = async (count: number) => {
    while (running > 0 && running >= count) await new Promise<void>((resolve) => { wake = resolve })
  }
  const one = async (item: T) => {
    running += 1
    try {
      await work(item)
    } catch (error) {
      failed(error)
    }
    running -= 1
    wake()
  }
  try {
    for await (const item of items) {
      void one(item)
      if (running >= limit) await fewerThan(limit)
      if (failure) break
    }
  } catch (error) {
    failed(error)
  }
  await fewerThan(1)
  if (failure) throw (failure as { error: unknown }).error
}
