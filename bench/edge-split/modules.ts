import { cpSync } from 'node:fs'
import { bundleEdgeWorker } from '../../test/edge-kit/rig.ts'
import type { TemporaryDirectory } from '../../test/support/temporary.ts'

/** The modules of `worker.ts`, as wrangler makes them. */
export function splitModules(folder: TemporaryDirectory): Promise<string[]> {
  cpSync(new URL('worker.ts', import.meta.url), folder.file('bench/edge-split/worker.ts'))
  return bundleEdgeWorker(folder, 'bench/edge-split/worker.ts')
}
