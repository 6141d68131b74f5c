/** What a transfer seals, opens and writes beside its data. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { peerWith } from '../peers/node.ts'
import type { Counts, Small } from './count-packets.ts'
import type { Beside } from './floor-beside.ts'
import type { Run } from './section.ts'
import { alternate, withoutData } from './transfers.ts'

const counter = new URL('limits-count.js', import.meta.url)

/** The small packets of a gigabyte of data, and the writes, by direction. */
export interface Counted {
  readonly sealed: Beside
  readonly opened: Beside
}

async function counts(run: Run, workload: string, empty: boolean): Promise<Counts & { readonly bytes: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-count-'))
  try {
    const file = join(folder, 'counts')
    const contenders = [{ title: 'counted', peer: peerWith('ours', ['--import', `${counter.href}?${encodeURIComponent(file)}`]) }]
    const [row] = await alternate({ ...run, rounds: 1 }, { workload, contenders, ...empty ? { bytes: withoutData(workload) } : {} })
    if (row!.error !== undefined) throw new Error(row!.error)
    return { ...JSON.parse(readFileSync(file, 'utf8')) as Counts, bytes: row!.bytes }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** This library's, in a run with data, without those of a run without. @throws Error if one of them fails */
export async function counted(run: Run, workload: string): Promise<Counted> {
  const [all, start] = [await counts(run, workload, false), await counts(run, workload, true)]
  const perGigabyte = (more: number) => Math.max(0, more) / all.bytes * 1e9
  const writes = perGigabyte(all.writes - start.writes)
  const beside = (many: Small, few: Small): Beside => ({
    adjustments: perGigabyte(many.adjustments - few.adjustments), messages: perGigabyte(many.messages - few.messages),
    messageBytes: perGigabyte(many.messageBytes - few.messageBytes), writes,
  })
  return { sealed: beside(all.sealed, start.sealed), opened: beside(all.opened, start.opened) }
}
