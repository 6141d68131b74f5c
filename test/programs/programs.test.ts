import { appendFileSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { requirePeer } from '../support/require-peer.ts'
import { type Job, jobs, missingFor, versionOf } from './job.ts'
import { CANNOT_RUN, type Outcome, runJob } from './place.ts'

/** PROGRAMS=full: every job, and its row for docs/programs.md. Otherwise the short ones. */
const full = process.env['PROGRAMS'] === 'full'
const ROWS = fileURLToPath(new URL('../../build/programs/rows.jsonl', import.meta.url))

function record(job: Job, result: string): void {
  if (!full) return
  mkdirSync(fileURLToPath(new URL('.', `file://${ROWS}`)), { recursive: true })
  appendFileSync(ROWS, `${JSON.stringify({ name: job.name, program: job.program, version: versionOf(job), job: job.job, result })}\n`)
}

/** What differs between two runs of the same, such as speeds, is left out of both. */
const withoutVariations = (text: string, { varies }: Job) => varies.reduce((rest, pattern) => rest.replace(pattern, '…'), text)
const compared = (outcome: Outcome, job: Job) => ({ code: outcome.code, stdout: withoutVariations(outcome.stdout, job), stderr: withoutVariations(outcome.stderr, job) })

describe.runIf(requirePeer('sshd-login'))('programs that start ssh do the same with this one in its place', () => {
  for (const job of jobs.filter(({ short }) => full || short)) {
    test(job.name, async ({ skip }) => {
      const missing = missingFor(job)
      const stock = missing === undefined ? await runJob(job, 'stock') : undefined
      const reason = missing ?? (stock?.code === CANNOT_RUN ? stock.stderr.trim().split('\n').at(-1)! : undefined)
      if (reason !== undefined) {
        record(job, `not run: ${reason}`)
        console.warn(`not run: ${job.name}: ${reason}`)
        return skip(reason)
      }
      const ours = await runJob(job, 'ours')
      const equal = JSON.stringify(compared(ours, job)) === JSON.stringify(compared(stock!, job))
      record(job, stock!.code !== 0 ? '**fails with stock ssh too**' : equal ? 'equal' : '**differs**')
      expect(stock, 'the job itself, with stock ssh').toMatchObject({ code: 0 })
      expect(compared(ours, job)).toEqual(compared(stock!, job))
    }, 600_000)
  }
})
