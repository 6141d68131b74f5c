/** Connections with one key exchange on both sides, beside those with the one that each side prefers: the post-quantum exchange costs both sides time. */
import { peerWith } from '../peers/node.ts'
import { startServer } from '../server.ts'
import type { Measured, Run, Section } from './section.ts'
import { alternate, rate, transferTable, wanted } from './transfers.ts'

const KEX = 'curve25519-sha256'
/** Short runs: more of them. */
const TIMES = 3

const contenders = (kex: string) => [
  { title: `libssh2-wasm, ${kex}`, peer: peerWith('ours', []) },
  { title: `npm ssh2 with its addon, ${kex}`, peer: peerWith('ssh2-addon', []) },
]

async function measure(run: Run): Promise<Measured> {
  await using plain = await startServer(0, [`KexAlgorithms ${KEX}`])
  const more = { ...run, rounds: TIMES * run.rounds }
  const preferred = await alternate(more, { workload: 'first-output', contenders: contenders('the key exchange that it prefers') })
  const same = await alternate(more, { workload: 'first-output', contenders: contenders(KEX), server: plain })
  const [ours, theirs] = same.map((row) => rate(row))
  return {
    limits: [{
      target: wanted('first-output', 'ours', 'ssh2-addon', false), cells: preferred, ratio: ours && theirs && theirs / ours, if: `both used ${KEX}`,
    }],
    figures: [`Processes of 6 connections, one after the other; CPU includes the start of the process; ${more.rounds} rounds:`, '', transferTable([...preferred, ...same])],
  }
}

export const keyExchange: Section = { name: 'key-exchange', title: 'Connect to first output', measure }
