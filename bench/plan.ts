/** The steps of a run. The shares keep a whole run with default options under 20 minutes on two cores. */
export interface Step {
  readonly workload: string
  readonly link: string
  /** Of the workload's full amount of data, or of its files and repetitions. */
  readonly share: number
  readonly rounds?: number
  /** All peers, if none are named. */
  readonly peers?: readonly string[]
}

/** The peers that are compared over links: there the protocol counts, and these three show it. */
const FEW = ['link', 'ours', 'ssh2-addon', 'openssh']

const TRANSFERS = ['exec-download', 'exec-upload', 'sftp-get', 'sftp-put', 'sftp-get-many', 'sftp-put-many']

const SHORT = ['first-output', 'echo', 'sessions']

/** One round, except for what long links need. */
function over(link: string, shares: { exec: number, sftp: number, files: number, short: number }): Step[] {
  const share = (workload: string) =>
    workload.startsWith('exec') ? shares.exec : workload.endsWith('many') ? shares.files : SHORT.includes(workload) ? shares.short : shares.sftp
  return [...TRANSFERS, ...SHORT, 'channels'].map((workload) => ({
    workload, link, share: share(workload), rounds: link === '100ms' && /^sftp-(get|put)$/.test(workload) ? 3 : 1, peers: FEW,
  }))
}

/** Links over which the best cipher for each peer is determined first, with this share of 1 GB; for the others the result of loopback applies. */
export const cipherTrials: Readonly<Record<string, number>> = { loopback: 0.125, browser: 0.06 }

export const plan: readonly Step[] = [
  ...[...TRANSFERS, 'first-output', 'echo', 'sessions', 'channels'].map((workload) => ({ workload, link: 'loopback', share: 1 })),
  ...['exec-download', 'exec-upload'].map((workload) => ({ workload, link: 'browser', share: 0.125 })),
  ...['first-output', 'echo'].map((workload) => ({ workload, link: 'browser', share: 1 })),
  ...over('100ms', { exec: 0.0625, sftp: 0.25, files: 0.2, short: 0.3 }),
  ...over('20ms', { exec: 0.125, sftp: 0.25, files: 0.3, short: 0.3 }),
  ...over('loss', { exec: 0.004, sftp: 0.008, files: 0.1, short: 0.2 }),
]
