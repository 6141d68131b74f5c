/** The least real client in Node, as a peer, and the limits that it sets: they are measured from end to end, and nothing is calculated. */
import { fileURLToPath } from 'node:url'
import { measured } from '../peers/measured.ts'
import { CIPHERS, type Peer } from '../peers/peer.ts'
import type { Timing } from '../types.ts'
import type { Limit } from './section.ts'
import { leastCpu, rate, type Row, rowsOf, wanted } from './transfers.ts'

export const BARE = 'bare'
/** For the titles of rows. */
export const BARE_TITLE = 'the least client in Node'
/** The same program with the least of an API: what it sends comes from a caller. */
export const STREAMED = 'bare-streamed'
export const STREAMED_TITLE = `${BARE_TITLE}, its data from a Web Stream`

const client = fileURLToPath(new URL('limits-bare.js', import.meta.url))
const WORKLOADS = ['sftp-get', 'sftp-put', 'exec-upload']

const peer = (name: string, title: string, workloads: readonly string[], ...options: readonly string[]): Peer => ({
  name, title, ciphers: CIPHERS.slice(0, 1), can: (workload) => workloads.includes(workload),
  async run(job, enter) {
    const { stdout, cpu, memory } = await measured([...enter, process.execPath, client, JSON.stringify(job), ...options])
    return { ...JSON.parse(stdout) as Timing, cpu, memory }
  },
})

export const bare = peer(BARE, BARE_TITLE, WORKLOADS)
export const streamed = peer(STREAMED, STREAMED_TITLE, ['exec-upload'], 'streamed')

const supposed = (each: string) => `the client were the least program in Node that speaks SSH: \`node:crypto\` for each packet, ${each}`
const WHAT = { get: 'one read or write of a file for each request, no checks, no API', upload: 'in which the data is already, no Web Streams, no checks, no API', streamed: 'into which the data is copied from a Web Stream, no checks' }

function limit(rows: readonly Row[], theirs: string, cpu: boolean, program = BARE): Limit {
  const [here, there] = rowsOf(rows, program, theirs)
  const [mine, other] = [here, there].map((row) => (cpu ? leastCpu(row) : rate(row)))
  return {
    target: wanted(there.workload, 'ours', theirs, cpu), cells: rows, ratio: mine && other && mine / other,
    if: supposed(WHAT[program === STREAMED ? 'streamed' : there.workload === 'exec-upload' ? 'upload' : 'get']),
  }
}

/** By rate. */
export const bareRate = (rows: readonly Row[], theirs: string) => limit(rows, theirs, false)
/** By rate, with the data from a Web Stream. */
export const streamedRate = (rows: readonly Row[], theirs: string) => limit(rows, theirs, false, STREAMED)
/** By CPU. */
export const bareCpu = (rows: readonly Row[], theirs: string) => limit(rows, theirs, true)
