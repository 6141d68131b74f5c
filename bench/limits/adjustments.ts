/** How many window adjustments a transfer has. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { peerWith } from '../peers/node.ts'
import type { Found } from './gcm-client.ts'
import type { Run } from './section.ts'
import { alternate } from './transfers.ts'

const counter = new URL('limits-count.js', import.meta.url)

/** Those that this library seals and opens per gigabyte, counted in a run of its own. @throws Error if that fails */
export async function adjustments(run: Run, workload: string): Promise<Found> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-count-'))
  try {
    const file = join(folder, 'counts')
    const [row] = await alternate({ ...run, rounds: 1 }, { workload, contenders: [{ title: 'counted', peer: peerWith('ours', ['--import', `${counter.href}?${encodeURIComponent(file)}`]) }] })
    if (row!.error !== undefined) throw new Error(row!.error)
    const { sealed, opened } = JSON.parse(readFileSync(file, 'utf8')) as Found
    return { sealed: sealed / row!.bytes * 1e9, opened: opened / row!.bytes * 1e9 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
