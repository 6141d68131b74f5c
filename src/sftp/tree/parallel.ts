/**
 * Does `work` for each item, for up to `limit` at a time, and resolves when all are done. After a failure nothing new
 * is begun; it rejects with the first one when what was under way has ended.
 */
export async function forEachParallel<T>(items: AsyncIterable<T> | Iterable<T>, limit: number, work: (item: T) => Promise<void>): Promise<void> {
  let running = 0
  let failure: { error: unknown } | undefined
  let wake = () => {}
  const fewerThan = async (count: number) => {
    while (running > 0 && running >= count) await new Promise<void>((resolve) => { wake = resolve })
  }
  for await (const item of items) {
    running += 1
    work(item).catch((error: unknown) => { failure ??= { error } }).finally(() => {
      running -= 1
      wake()
    })
    await fewerThan(limit)
    if (failure) break
  }
  await fewerThan(1)
  if (failure) throw failure.error
}
