// node --import ./scripts/run/typescript.mjs test/fuzz/run.ts SECONDS [--keep] [TARGET...] : fuzzes the parsers; the last line is a FuzzReport without inputs, as JSON.
// --keep writes what reaches something new to corpus/.
import { Worker } from 'node:worker_threads'
import type { Finding, FuzzData, FuzzReport } from './fuzz-worker.ts'
import { corpusFile, writeCorpus } from './packed-corpus.ts'
import { targets } from './targets.ts'

/** No sign of life for so long, on a machine that has other things to do too, is a run that never ends. */
const STUCK_MILLISECONDS = 180_000

const [seconds, ...rest] = process.argv.slice(2)
const only = rest.filter((name) => !name.startsWith('-'))
const current = new SharedArrayBuffer(1 << 16)
const data: FuzzData = { seconds: Number(seconds), seed: Date.now() >>> 0, only, current }
const worker = new Worker(new URL('fuzz-worker.ts', import.meta.url), { workerData: data })
// A parser that wants commands gets one that does nothing.
process.env.SHELL = '/bin/true'

let last = '', since = Date.now()
const watch = setInterval(() => {
  const [target = 0, length = 0] = new Uint32Array(current, 0, 2)
  const input = Buffer.from(new Uint8Array(current, 8, length))
  const now = `${target} ${input.toString('base64')}`
  if (now !== last) [last, since] = [now, Date.now()]
  else if (Date.now() - since > STUCK_MILLISECONDS) {
    tell({ target: targets[target]!.name, input, error: `did not come back within ${STUCK_MILLISECONDS} ms` })
    process.exit(1)
  }
}, 1000)

function tell({ target, input, error }: Finding): void {
  console.log(`FINDING ${target} ${Buffer.from(input).toString('base64')}\n${error}`)
}

worker.on('message', ({ finding, report }: { finding?: Finding, report?: FuzzReport }) => {
  if (finding) tell(finding)
  if (!report) return
  clearInterval(watch)
  if (rest.includes('--keep')) for (const { target, corpus } of report.targets) writeCorpus(corpusFile(target), corpus)
  console.log(JSON.stringify({
    ...report,
    targets: report.targets.map(({ target, runs, corpus }) => ({ target, runs, corpus: corpus.length })),
    findings: report.findings.map(({ target, error }) => ({ target, error: error.split('\n')[0] })),
  }))
  process.exitCode = report.findings.length > 0 ? 1 : 0
})
worker.on('error', (error) => {
  console.error(error)
  process.exit(2)
})
