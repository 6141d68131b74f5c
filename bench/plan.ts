/** What a run consists of. The shares keep a whole run with default options under 20 minutes on two cores. */
export interface Step {
  readonly workload: string
  readonly link: string
  /** Of the workload's full amount of data, or of its files and repetitions. */
  readonly share: number
  readonly rounds?: number
  /** All peers, if none are named. */
  readonly peers?: readonly string[]
}

/** Who is compared over links: there the protocol counts, and these three show it. */
const FEW = ['link', 'ours', 'ssh2-addon', 'openssh']

const TRANSFERS = ['exec-download', 'exec-upload', 'sftp-get', 'sftp-put', 'sftp-get-many', 'sftp-put-many']

function over(link: string, workloads: readonly string[], share: number): Step[] {
  return workloads.map((workload) => ({ workload, link, share, rounds: 2, peers: FEW }))
}

/** Links over which it is found out first which cipher suits whom, with this share of 1 GB; over the others the answer of loopback holds. */
export const cipherTrials: Readonly<Record<string, number>> = { loopback: 0.25, browser: 0.06 }

export const plan: readonly Step[] = [
  ...[...TRANSFERS, 'first-output', 'echo', 'sessions', 'channels'].map((workload) => ({ workload, link: 'loopback', share: 1 })),
  ...['exec-download', 'exec-upload'].map((workload) => ({ workload, link: 'browser', share: 0.125 })),
  ...['first-output', 'echo'].map((workload) => ({ workload, link: 'browser', share: 1 })),
  ...over('20ms', ['exec-download', 'exec-upload'], 0.125), ...over('20ms', ['sftp-get', 'sftp-put', 'channels'], 0.25),
  ...over('20ms', ['sftp-get-many', 'sftp-put-many', 'first-output', 'echo', 'sessions'], 0.3),
  ...over('100ms', ['exec-download', 'exec-upload'], 0.0625), ...over('100ms', ['sftp-get', 'sftp-put', 'channels'], 0.125),
  ...over('100ms', ['sftp-get-many', 'sftp-put-many', 'first-output', 'echo', 'sessions'], 0.2),
  ...over('loss', ['exec-download', 'exec-upload'], 0.004), ...over('loss', ['sftp-get', 'sftp-put', 'channels'], 0.008),
  ...over('loss', ['sftp-get-many', 'sftp-put-many', 'first-output', 'echo', 'sessions'], 0.1),
]
