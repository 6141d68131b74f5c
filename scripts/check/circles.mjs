// Circles in a graph of imports.

/**
 * One circle for each group of files that all lead to each other, as the shortest path from its first file back to it.
 * @param {ReadonlyMap<string, readonly string[]>} graph what each file imports
 * @returns {string[][]} each begins and ends with the same file
 */
export function circles(graph) {
  /** @type {string[][]} */
  const found = []
  /** @type {Set<string>} */
  const done = new Set()
  for (const start of graph.keys()) {
    if (done.has(start)) continue
    const way = wayBack(graph, start)
    if (!way) continue
    found.push(way)
    for (const file of group(graph, start)) done.add(file)
  }
  return found
}

/** The shortest path from a file's imports back to it. @param {ReadonlyMap<string, readonly string[]>} graph @param {string} start */
function wayBack(graph, start) {
  /** @type {Map<string, string | undefined>} */
  const from = new Map([[start, undefined]])
  for (const file of from.keys()) {
    for (const next of graph.get(file) ?? []) {
      if (next === start) {
        const way = [file, start]
        for (let before = from.get(file); before !== undefined; before = from.get(before)) way.unshift(before)
        return way
      }
      if (!from.has(next)) from.set(next, file)
    }
  }
  return undefined
}

/** Files that `start` leads to and that lead back to it. @param {ReadonlyMap<string, readonly string[]>} graph @param {string} start */
function group(graph, start) {
  return [...reachable(graph, start)].filter(file => reachable(graph, file).has(start))
}

/** @param {ReadonlyMap<string, readonly string[]>} graph @param {string} start */
function reachable(graph, start) {
  const seen = new Set([start])
  for (const file of seen) for (const next of graph.get(file) ?? []) seen.add(next)
  return seen
}
