/** What Node's API of ciphers costs, which makes an object for each packet, beside an addon that keeps one; and the transfers that use them, beside the same bytes without SSH. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { addonFile, peerWith } from '../peers/node.ts'
import { digits } from '../report/table.ts'
import { floor } from './floor.ts'
import { further, furtherTable, LARGER, sameStart } from './further.ts'
import type { Found } from './gcm-client.ts'
import { inTheirPlace, processors } from './processors.ts'
import type { Limit, Measured, Run, Section } from './section.ts'
import { alternate, leastCpu, transferTable, type Row, wanted } from './transfers.ts'

/** The peer without SSH beside this one. */
const floorOf = (peer: string) => `floor-${peer}`
const client = fileURLToPath(new URL('limits-gcm.js', import.meta.url))
const THEIRS = 'ssh2-addon'

interface Ours { readonly peer: string, readonly title: string, readonly program: string }

/** This library's peers, by release of Node. */
const nodes: readonly Ours[] = [
  { peer: 'ours', title: `Node ${process.versions.node}`, program: process.execPath },
  ...[22, 24].map((release) => ({ release, program: `.cache/runtimes/bin/node${release}` })).filter(({ program }) => existsSync(program)).map(({ release, program }) => ({
    peer: `ours-node${release}`, program, title: `Node ${execFileSync(program, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim()}`,
  })),
]

const measured = (program: string, ...rest: string[]) => JSON.parse(execFileSync(program, [client, ...rest], { encoding: 'utf8' })) as Found

/** OpenSSL by itself, with its own loop around whole packets. */
function openssl(...direction: string[]): number {
  const said = execFileSync('openssl', ['speed', '-mr', '-seconds', '2', '-bytes', '32768', '-aead', ...direction, '-evp', 'aes-128-gcm'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return 1e9 / Number(/^\+F:.*:([\d.]+)$/m.exec(said)?.[1])
}

async function measure(run: Run): Promise<Measured> {
  const ciphers = new Map<string, Found>()
  const keep = (name: string, found: Found) => {
    ciphers.set(name, found)
    run.say(`aes128-gcm ${name}: sealed ${found.sealed.toFixed(3)}, opened ${found.opened.toFixed(3)} s/GB`)
  }
  for (const { peer, program } of nodes) keep(peer, measured(program))
  keep(THEIRS, measured(process.execPath, addonFile))
  keep('openssl', { sealed: openssl(), opened: openssl('-decrypt') })
  const contest = (workload: string, ours: readonly Ours[]) => alternate(run, {
    workload, contenders: [
      ...ours.map(({ peer, title }) => ({ title: `${workload}: libssh2-wasm, ${title}`, peer: peerWith(peer, []) })),
      { title: `${workload}: npm ssh2 with its addon`, peer: peerWith(THEIRS, []) },
      ...ours.map(({ peer, title, program }) => ({ title: `${workload}: no SSH, with Web Streams, ${title}`, peer: floor(floorOf(peer), 'streams', program) })),
      { title: `${workload}: no SSH and no Web Streams`, peer: floor('plain', 'plain', process.execPath) },
    ],
  })
  const download = await contest('exec-download', nodes), upload = await contest('exec-upload', nodes), channels = await contest('channels', nodes.slice(0, 1))
  const addon = peerWith(THEIRS, [])
  const more = (rows: readonly Row[], ours: readonly Ours[]) => further(run, rows, [...ours.map(({ peer }) => peerWith(peer, [])), addon])
  const [moreDown, moreUp, moreOfChannels] = [await more(download, nodes), await more(upload, nodes), await more(channels, nodes.slice(0, 1))]
  const limitsOf = (rows: readonly Row[], ours: string, kind: keyof Found): Limit[] => {
    const [theirs, least] = [THEIRS, floorOf(ours)].map((name) => leastCpu(rows.find(({ peer }) => peer === name)))
    const what = { target: wanted(rows[0]!.workload, ours, THEIRS, true), cells: rows }
    return [
      { ...what, ratio: theirs && 1 + (ciphers.get(ours)![kind] - ciphers.get(THEIRS)![kind]) / theirs, if: 'everything but Node\'s API of ciphers cost what it costs npm ssh2' },
      { ...what, ratio: theirs && least && least / theirs, if: 'SSH cost nothing: a socket, Node\'s API of ciphers and Web Streams' },
    ]
  }
  const titles = new Map([...nodes.map(({ peer, title }) => [peer, `\`node:crypto\` as this library uses it, ${title}`] as const), [THEIRS, `the addon of npm ssh2, Node ${process.versions.node}`], ['openssl', 'OpenSSL by itself: `openssl speed -aead -bytes 32768`']])
  return {
    limits: [
      ...nodes.flatMap(({ peer }) => limitsOf(download, peer, 'opened')), ...limitsOf(upload, 'ours', 'sealed'), ...limitsOf(channels, 'ours', 'opened'),
      ...nodes.map(({ peer }) => sameStart(moreDown, peer, THEIRS)), ...[moreUp, moreOfChannels].map((rows) => sameStart(rows, 'ours', THEIRS)),
      ...[download, upload, channels].map((rows) => processors(rows, THEIRS)),
      ...([[download, 'opened'], [upload, 'sealed'], [channels, 'opened']] as const).map(([rows, kind]) => inTheirPlace(rows, THEIRS, ciphers.get('ours')![kind] - ciphers.get(THEIRS)![kind])),
    ],
    figures: [
      'aes128-gcm, packets of 32 kB, CPU s/GB of the whole process, the least of 7:', '',
      '| | sealed | opened |', '|---|--:|--:|', ...[...ciphers].map(([name, { sealed, opened }]) => `| ${titles.get(name)} | ${digits(sealed)} | ${digits(opened)} |`), '',
      'The transfers, and the same bytes without SSH: packets that another process sends or takes, through a socket of Node, `node:crypto` for each packet of 32 kB, and Web Streams',
      `as this library's API has them, or none (\`bench/limits/floor-client.ts\`); ${run.rounds} rounds:`, '', transferTable([...download, ...upload, ...channels]),
      `What each further gigabyte costs: the difference between ${LARGER} times the amount and the amount, from the least of ${run.rounds} rounds of each. All else is the start of the process, the connection, and`,
      'what V8 compiles at the beginning of a transfer:', '', furtherTable([moreDown, moreUp, moreOfChannels], THEIRS),
    ],
  }
}

export const hostCiphers: Section = { name: 'ciphers', title: 'Node\'s ciphers and those of an addon', measure }
