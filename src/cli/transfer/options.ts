import type { GivenOption } from '../getopt.ts'
import type { ConfigOption } from '../../openssh/config/reader.ts'
import { configOptions } from '../ssh/arguments.ts'
import { LARGEST_REQUEST } from '../../sftp/protocol/limits.ts'
import type { SftpFlowOptions } from '../../sftp/transfer/flow.ts'
import { UsageError } from '../usage-error.ts'
import type { MessageLevel } from '../../openssh/person.ts'

/** The options of ssh(1) that scp(1) and sftp(1) have; there `-P` is the port, and others have their own meanings. */
export interface TransferConnection {
  readonly options: readonly ConfigOption[]
  readonly file: string | undefined
  readonly level: MessageLevel | undefined
}

const SHARED = '46ACcFiJo'

/** No terminal, no forwardings, and no command from the configuration, as in scp and sftp. */
const FIXED: readonly ConfigOption[] = [['ClearAllForwardings', 'yes'], ['RemoteCommand', 'none'], ['RequestTTY', 'no'], ['PermitLocalCommand', 'no']]

/** @param isBatch asks nobody anything; `-B` of scp(1) */
export function transferOptions(given: readonly GivenOption[], isBatch = given.some(([letter]) => letter === 'B')): TransferConnection {
  const shared = given.filter(([letter]) => SHARED.includes(letter))
  const ports = given.filter(([letter]) => letter === 'P').map(([, value]): GivenOption => ['p', value])
  const batch: readonly ConfigOption[] = isBatch ? [['BatchMode', 'yes']] : []
  const forwarding: readonly ConfigOption[] = given.some(([letter]) => letter === 'A') ? [] : [['ForwardAgent', 'no']]
  const verbose = given.filter(([letter]) => letter === 'v').length
  return {
    options: [...configOptions([...ports, ...shared]), ...batch, ...FIXED, ...forwarding], file: given.findLast(([letter]) => letter === 'F')?.[1],
    level: verbose === 0 ? undefined : verbose === 1 ? 'DEBUG' : 'DEBUG2',
  }
}

/** `-l` is in kilobits per second. @returns bytes per second */
export function parseLimit(given: readonly GivenOption[]): number | undefined {
  const text = given.findLast(([letter]) => letter === 'l')?.[1]
  if (text === undefined) return undefined
  const kilobits = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (kilobits === 0) throw new UsageError(`not a limit: ${JSON.stringify(text)}`)
  return kilobits * 1024 / 8
}

/** Reads how many requests to send at a time and how many bytes in each: `-R` and `-B` of sftp(1), `-X nrequests=…` and `-X buffer=…` of both. @param letters `RB` if these letters mean that */
export function parseFlow(given: readonly GivenOption[], letters: string): SftpFlowOptions {
  const words = given.flatMap(([letter, value]) => letter === 'X' ? value.split(',') : letters.includes(letter) ? [`${letter}=${value}`] : [])
  const flow: { concurrency?: number, chunkSize?: number } = {}
  for (const word of words) {
    const [, name, number] = /^(R|nrequests|B|buffer)=(\d{1,9})$/.exec(word) ?? []
    if (number === undefined || Number(number) === 0) throw new UsageError(`not a number of requests or bytes: ${JSON.stringify(word)}`)
    if (name === 'R' || name === 'nrequests') flow.concurrency = Number(number)
    else flow.chunkSize = Math.min(Number(number), LARGEST_REQUEST)
  }
  return flow
}
