/** Milliseconds of the quickest of some runs. A machine with other work, and the first loading of a module, make single runs slow; what costs time by itself costs it in each. */
export async function quickest(work: () => unknown, runs = 5): Promise<number> {
  let least = Infinity
  for (let run = 0; run < runs; run++) {
    const started = performance.now()
    await work()
    least = Math.min(least, performance.now() - started)
  }
  return least
}
