import type { GivenOption } from '../getopt.ts'
import type { ConfigOption } from '../../openssh/config/reader.ts'
import { configOptions } from '../ssh/arguments.ts'
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

export function transferOptions(given: readonly GivenOption[]): TransferConnection {
  const shared = given.filter(([letter]) => SHARED.includes(letter))
  const ports = given.filter(([letter]) => letter === 'P').map(([, value]): GivenOption => ['p', value])
  const batch: readonly ConfigOption[] = given.some(([letter]) => letter === 'B') ? [['BatchMode', 'yes']] : []
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
