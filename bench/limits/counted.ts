/** What a transfer seals, opens and writes beside its data. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { peerWith } from '../peers/node.ts'
import type { Beside } from './floor-beside.ts'
import type { Run } from './section.ts'
import { alternate, withoutData } from './transfers.ts'
import type { Small } from './wire-counts.ts'
import { wireProxy } from './wire-proxy.ts'

const counter = new URL('limits-count.js', import.meta.url)

/** What one process has done. */
export interface Counts {
  readonly sealed: Small
  readonly opened: Small
  readonly writes: number
  /** Of data. */
  readonly bytes: number
}

/** The small packets of a gigabyte of data, and the writes, by direction. */
export interface Counted {
  readonly sealed: Beside
  readonly opened: Beside
}

async function counts(run: Run, workload: string, empty: boolean): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-count-'))
  try {
    await using proxy = await wireProxy(run.server)
    const file = join(folder, 'writes')
    const contenders = [{ title: 'counted', peer: peerWith('ours', ['--import', `${counter.href}?${encodeURIComponent(file)}`]) }]
    const [row] = await alternate({ ...run, rounds: 1 }, { workload, contenders, server: proxy.server, ...empty ? { bytes: withoutData(workload) } : {} })
    if (row!.error !== undefined) throw new Error(row!.error)
    return { sealed: proxy.sealed, opened: proxy.opened, writes: Number(readFileSync(file, 'utf8')), bytes: row!.bytes }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Those of a run with data, without those of a run without. */
export function ofData(all: Counts, start: Counts): Counted {
  const perGigabyte = (more: number) => Math.max(0, more) / all.bytes * 1e9
  const writes = perGigabyte(all.writes - start.writes)
  const beside = (many: Small, few: Small): Beside => ({
    adjustments: perGigabyte(many.adjustments - few.adjustments), messages: perGigabyte(many.messages - few.messages),
    messageBytes: perGigabyte(many.messageBytes - few.messageBytes), writes,
  })
  return { sealed: beside(all.sealed, start.sealed), opened: beside(all.opened, start.opened) }
}

/** This library's. @throws Error if one of the runs fails */
export const counted = async (run: Run, workload: string): Promise<Counted> => ofData(await counts(run, workload, false), await counts(run, workload, true))
