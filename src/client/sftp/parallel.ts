/**
 * Does `work` for each item, for up to `limit` at a time, and resolves when all are done. After a failure nothing new
 * is begun; it rejects with the first one when what was under way has ended.
 */
export async function forEachParallel<T>(items: AsyncIterable<T> | Iterable<T>, limit: number, work: (item: T) => Promise<void>): Promise<void> {
  const running = new Set<Promise<void>>()
  let failure: { error: unknown } | undefined
  for await (const item of items) {
    const task: Promise<void> = work(item).catch((error: unknown) => { failure ??= { error } }).finally(() => running.delete(task))
    running.add(task)
    if (running.size >= limit) await Promise.race(running)
    if (failure) break
  }
  await Promise.all(running)
  if (failure) throw failure.error
}
