/** What Node's API of ciphers costs beside an addon, and the transfers that use them, beside the same bytes without SSH. */
import { peerWith } from '../peers/node.ts'
import { digits } from '../report/table.ts'
import { adjustments } from './adjustments.ts'
import { cipherCosts, cipherTable, moreForCiphers, nodes, type Ours, THEIRS } from './cipher-costs.ts'
import { floor } from './floor.ts'
import { further, furtherTable, LARGER, sameStart } from './further.ts'
import type { Found } from './gcm-client.ts'
import { inTheirPlace, processors } from './processors.ts'
import type { Limit, Measured, Run, Section } from './section.ts'
import { alternate, leastCpu, type Row, transferTable, wanted } from './transfers.ts'

interface Contest {
  readonly workload: string
  readonly ours: readonly Ours[]
  /** Those of which a share of CPU is wanted. */
  readonly targeted: readonly Ours[]
  /** What is done with the data. */
  readonly kind: keyof Found
}

const thisNode = nodes.slice(0, 1)

const contests: readonly Contest[] = [
  { workload: 'exec-download', ours: nodes, targeted: nodes, kind: 'opened' }, { workload: 'exec-upload', ours: nodes, targeted: thisNode, kind: 'sealed' },
  { workload: 'channels', ours: thisNode, targeted: thisNode, kind: 'opened' },
]

/** The peer without SSH beside this one. */
const floorOf = (peer: string) => `floor-${peer}`

const transfers = (run: Run, { workload, ours }: Contest, counted: Found) => alternate(run, {
  workload, contenders: [
    ...ours.map(({ peer, title }) => ({ title: `${workload}: libssh2-wasm, ${title}`, peer: peerWith(peer, []) })),
    { title: `${workload}: npm ssh2 with its addon`, peer: peerWith(THEIRS, []) },
    ...ours.map(({ peer, title, program }) => ({
      title: `${workload}: no SSH, with Web Streams, ${title}`, peer: floor({ name: floorOf(peer), way: 'streams', program, adjustments: counted.opened }),
    })),
    { title: `${workload}: no SSH and no Web Streams`, peer: floor({ name: 'plain', way: 'plain', adjustments: counted.opened }) },
  ],
})

/** By CPU. @param more what Node's API of ciphers costs more, seconds per gigabyte */
function limitsOf(rows: readonly Row[], ours: string, more: number): Limit[] {
  const [theirs, least] = [THEIRS, floorOf(ours)].map((name) => leastCpu(rows.find(({ peer }) => peer === name)))
  const what = { target: wanted(rows[0]!.workload, ours, THEIRS, true), cells: rows }
  return [
    { ...what, ratio: theirs && 1 + more / theirs, if: 'everything but Node\'s API of ciphers, for data and window adjustments, cost what it costs npm ssh2' },
    { ...what, ratio: theirs && least && least / theirs, if: 'SSH cost nothing: a socket, Node\'s API of ciphers and Web Streams' },
  ]
}

async function measure(run: Run): Promise<Measured> {
  const ciphers = cipherCosts(run)
  const limits: Limit[] = []
  const found = []
  for (const contest of contests) {
    const { workload, ours, targeted, kind } = contest
    const counted = await adjustments(run, workload)
    const rows = await transfers(run, contest, counted)
    const later = await further(run, rows, [...ours.map(({ peer }) => peer), THEIRS].map((name) => peerWith(name, [])))
    const more = (peer: string) => moreForCiphers(ciphers, peer, kind, counted)
    limits.push(...targeted.flatMap(({ peer }) => [...limitsOf(rows, peer, more(peer)), sameStart(later, peer, THEIRS)]), processors(rows, THEIRS), inTheirPlace(rows, THEIRS, more('ours')))
    found.push({ workload, counted, rows, later })
  }
  return {
    limits,
    figures: [
      'aes128-gcm, CPU of the whole process, the least of 7: data in packets of 32 kB, and window adjustments, each of which has a packet of its own:', '', cipherTable(ciphers),
      'The window adjustments of this library\'s transfers, which are counted with those costs above, per GB; one run each:', '',
      '| | sealed | opened |', '|---|--:|--:|', ...found.map(({ workload, counted: { sealed, opened } }) => `| ${workload} | ${digits(sealed)} | ${digits(opened)} |`), '',
      'The transfers, and the same bytes without SSH: packets that another process sends or takes, through a socket of Node, `node:crypto` for each packet of 32 kB and for as many window',
      `adjustments as an upload receives, and Web Streams as this library's API has them, or none (\`bench/limits/floor-client.ts\`); ${run.rounds} rounds:`, '', transferTable(found.flatMap(({ rows }) => rows)),
      `What each further gigabyte costs: the difference between ${LARGER} times the amount and the amount, from the least of ${run.rounds} rounds of each. All else is the start of the process, the connection, and`,
      'what V8 compiles at the beginning of a transfer:', '', furtherTable(found.map(({ later }) => later), THEIRS),
    ],
  }
}

export const hostCiphers: Section = { name: 'ciphers', title: 'Node\'s ciphers and those of an addon', measure }
