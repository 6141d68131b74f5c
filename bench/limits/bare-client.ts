/**
 * The measured process: `node limits-bare.js JOB [streamed]` is the least client in Node that speaks SSH: after a login by npm `ssh2` it seals and opens each packet with `node:crypto`, reads or
 * writes a file with one call for each request of SFTP, and checks nothing that the transfer does not need. What a connection may bring beside it, such as another key exchange, ends it.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Job, Timing } from '../types.ts'
import { get } from './bare-get.ts'
import { logIn, type LoggedIn } from './bare-login.ts'
import { put } from './bare-put.ts'
import { BareSftp } from './bare-sftp.ts'
import { upload } from './bare-upload.ts'

/** From the opening of the files to their closing. */
async function sftpTransfer(login: LoggedIn, transfer: (sftp: BareSftp) => Promise<void>, written: string, bytes: number): Promise<number> {
  const sftp = await BareSftp.start(login)
  const start = performance.now()
  await transfer(sftp)
  const seconds = (performance.now() - start) / 1000
  const { size } = statSync(written)
  if (size !== bytes) throw new Error(`${size} of ${bytes} bytes arrived`)
  await sftp.end()
  return seconds
}

function run(login: LoggedIn, { workload, bytes, ...folders }: Job): Promise<number> {
  const [remote, local] = [folders.remote, folders.local].map((folder) => join(folder, 'large')) as [string, string]
  if (workload === 'sftp-get') return sftpTransfer(login, (sftp) => get(sftp, remote, local, bytes), local, bytes)
  if (workload === 'sftp-put') return sftpTransfer(login, (sftp) => put(sftp, local, remote, bytes), remote, bytes)
  return upload(login, bytes, process.argv[3] === 'streamed')
}

const job = JSON.parse(process.argv[2]!) as Job
const timing: Timing = { seconds: [await run(await logIn(job.target, job.cipher!), job)], cipher: job.cipher }
await new Promise((resolve) => { process.stdout.write(JSON.stringify(timing), resolve) })
// As in bench/client.ts: npm ssh2 does not know that its connection is over.
process.exit(0)
