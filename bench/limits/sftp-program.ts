/** SFTP beside OpenSSH's `sftp` and npm ssh2: whether the processors are the limit. */
import { peerWith } from '../peers/node.ts'
import { openssh } from '../peers/openssh.ts'
import { processors } from './processors.ts'
import type { Measured, Run, Section } from './section.ts'
import { alternate, transferTable } from './transfers.ts'

const contenders = (workload: string) => [
  { title: `${workload}: libssh2-wasm`, peer: peerWith('ours', []) },
  { title: `${workload}: OpenSSH's sftp`, peer: openssh },
  { title: `${workload}: npm ssh2 with its addon`, peer: peerWith('ssh2-addon', []) },
]

async function measure(run: Run): Promise<Measured> {
  const get = await alternate(run, { workload: 'sftp-get', contenders: contenders('sftp-get') })
  const put = await alternate(run, { workload: 'sftp-put', contenders: contenders('sftp-put') })
  return {
    limits: [get, put].flatMap((rows) => ['openssh', 'ssh2-addon'].map((theirs) => processors(rows, theirs))),
    figures: [`The rate is of the transfer alone; CPU and the use of the processors are of the whole process with its start; ${run.rounds} rounds:`, '', transferTable([...get, ...put])],
  }
}

export const sftpProgram: Section = { name: 'sftp', title: 'SFTP, OpenSSH\'s sftp and npm ssh2', measure }
