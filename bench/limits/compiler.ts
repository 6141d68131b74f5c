/** What V8's optimizing compiler takes of short transfers, here and in npm ssh2: each with it and without it. */
import { peerWith } from '../peers/node.ts'
import { LARGER } from './further.ts'
import { longer } from './longer.ts'
import type { Limit, Measured, Run, Section } from './section.ts'
import { alternate, leastCpu, type Row, transferTable, wanted } from './transfers.ts'

const NO_OPT = '--no-opt'

/** Both libraries as they are, then both without the compiler. */
export const withAndWithout = (workload: string) => [[], [NO_OPT]].flatMap((flags) => [
  { title: [`${workload}: libssh2-wasm`, ...flags].join(', '), peer: peerWith('ours', flags) },
  { title: [`${workload}: npm ssh2 with its addon`, ...flags].join(', '), peer: peerWith('ssh2-addon', flags) },
])

/** By CPU: the rate also depends on the server. @param rows of `withAndWithout` */
export function compilerLimit([ours, theirs, oursPlain, theirsPlain]: readonly Row[]): Limit {
  const [here, there] = [leastCpu(oursPlain), leastCpu(theirsPlain)]
  return {
    target: wanted(ours!.workload, 'ours', 'ssh2-addon', false), cells: [ours!, theirs!], ratio: here && there && there / here,
    if: `V8's optimizing compiler took nothing of either (\`${NO_OPT}\`), and the client's CPU decided the rate`,
  }
}

async function measure(run: Run): Promise<Measured> {
  const files = await alternate(run, { workload: 'sftp-put-many', contenders: withAndWithout('sftp-put-many') })
  const more = await alternate(run, { workload: 'sftp-put-many', contenders: withAndWithout('sftp-put-many, more files').slice(0, 2), share: LARGER })
  return { limits: [compilerLimit(files), longer(files, more, 'ssh2-addon')], figures: [`${run.rounds} rounds:`, '', transferTable([...files, ...more])] }
}

export const compiler: Section = { name: 'files', title: 'Small files and V8\'s optimizing compiler', measure }
