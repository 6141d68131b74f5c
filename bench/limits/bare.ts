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

const client = fileURLToPath(new URL('limits-bare.js', import.meta.url))
const WORKLOADS = ['sftp-get', 'sftp-put', 'exec-upload']

export const bare: Peer = {
  name: BARE, title: BARE_TITLE, ciphers: CIPHERS.slice(0, 1), can: (workload) => WORKLOADS.includes(workload),
  async run(job, enter) {
    const { stdout, cpu, memory } = await measured([...enter, process.execPath, client, JSON.stringify(job)])
    return { ...JSON.parse(stdout) as Timing, cpu, memory }
  },
}

const supposed = (each: string) => `the client were the least program in Node that speaks SSH: \`node:crypto\` for each packet, ${each}, no checks, no API`

function limit(rows: readonly Row[], theirs: string, cpu: boolean): Limit {
  const [here, there] = rowsOf(rows, BARE, theirs)
  const [mine, other] = [here, there].map((row) => (cpu ? leastCpu(row) : rate(row)))
  return {
    target: wanted(there.workload, 'ours', theirs, cpu), cells: rows, ratio: mine && other && mine / other,
    if: supposed(there.workload === 'exec-upload' ? 'in which the data is already, no Web Streams' : 'one read or write of a file for each request'),
  }
}

/** By rate. */
export const bareRate = (rows: readonly Row[], theirs: string) => limit(rows, theirs, false)
/** By CPU. */
export const bareCpu = (rows: readonly Row[], theirs: string) => limit(rows, theirs, true)
