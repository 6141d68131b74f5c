import { cpSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as Rig from '../../test/edge-kit/rig.ts'
import { temporaryDirectory } from '../../test/support/temporary.ts'

/** A Worker's modules as wrangler makes them, with the package of a tree. @param entry a file of examples/; without it, the Worker of `worker.ts` */
export async function modulesOf(tree: string, entry?: string): Promise<string[]> {
  const { bundleEdgeWorker } = await import(pathToFileURL(resolve(tree, 'test/edge-kit/rig.ts')).href) as typeof Rig
  const folder = temporaryDirectory('bench-edge')
  if (entry === undefined) cpSync(new URL('worker.ts', import.meta.url), folder.file('bench/edge-split/worker.ts'))
  return bundleEdgeWorker(folder, entry ?? 'bench/edge-split/worker.ts')
}

export interface Compared {
  readonly trees: readonly string[]
  /** The modules of each tree. */
  readonly workers: readonly (readonly string[])[]
}

/** Those of this tree, behind those of another one if there is one. */
export async function comparedModules(against: string | undefined, entry?: string): Promise<Compared> {
  const trees = against === undefined ? ['.'] : [against, '.']
  const workers = []
  for (const tree of trees) workers.push(await modulesOf(tree, entry))
  return { trees, workers }
}
