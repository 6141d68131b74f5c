/** The command line of the benchmark. */
import { parseArgs } from 'node:util'

export interface Options {
  readonly only: readonly string[]
  readonly peers: readonly string[]
  readonly links: readonly string[]
  /** The cipher for all, instead of the best one of each. */
  readonly cipher: string | undefined
  readonly rounds: number
  readonly scale: number
  /** Minutes after which nothing more is started. */
  readonly limit: number
  readonly write: boolean
}

export const USAGE = `npm run bench -- [OPTIONS]
  --only WORKLOAD,...   exec-download exec-upload sftp-get sftp-put sftp-get-many sftp-put-many first-output echo sessions channels
  --peers PEER,...      ours ours-wasm ours-node22 ours-node24 drop-in ssh2-addon ssh2 dev-tunnels openssh libssh2-mbedtls libssh2-openssl
  --links LINK,...      loopback browser 20ms 100ms loss (loopback alone if --only is given without --links)
  --cipher NAME         this one for all, instead of finding out what suits each
  --rounds N            runs of each, in turns (3)
  --scale X             share of the full amount of data and files (1)
  --limit MINUTES       begins nothing more after that time (16)
  --quick               --rounds 1 --scale 0.1
  --write               puts the results into bench/RESULTS.md, bench/results.svg and bench/results.json`

const list = (text: string | undefined) => text?.split(',').map((word) => word.trim()).filter(Boolean) ?? []

/** Prints the usage and ends the process for `--help` and unknown options. */
export function readOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' }, peers: { type: 'string' }, links: { type: 'string' }, cipher: { type: 'string' }, rounds: { type: 'string' }, scale: { type: 'string' },
        limit: { type: 'string' }, quick: { type: 'boolean', default: false }, write: { type: 'boolean', default: false }, help: { type: 'boolean', default: false },
      },
    })
    if (values.help) throw new Error('')
    const only = list(values.only)
    return {
      only,
      peers: list(values.peers),
      links: values.links ? list(values.links) : only.length > 0 ? ['loopback'] : [],
      cipher: values.cipher,
      rounds: number(values.rounds, values.quick ? 1 : 3),
      scale: number(values.scale, values.quick ? 0.1 : 1),
      limit: number(values.limit, 16),
      write: values.write,
    }
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`.trim())
    process.exit(2)
  }
}

function number(text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text)
  if (!(value > 0)) throw new Error(`${text} is not a positive number`)
  return value
}
