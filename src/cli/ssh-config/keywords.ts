import type { Forward } from '../forward-spec.ts'
import { matchPattern } from '../../host-key/known-hosts/pattern.ts'
import { type ConfigLine, ConfigLineError } from './line.ts'
import { assignments, choice, command, flag, forward, type JumpHost, jumpHosts, number, one, port, seconds, secondsOrNone, some, YES_NO } from './values.ts'

export type StrictHostKeyChecking = 'yes' | 'no' | 'ask' | 'accept-new'
export type RequestTTY = 'auto' | 'no' | 'yes' | 'force'

/** Values of keywords of which the first one counts. */
export interface SingleValues {
  hostName: string
  port: number
  user: string
  identitiesOnly: boolean
  identityAgent: string
  hostKeyAlias: string
  proxyJump: readonly JumpHost[]
  proxyCommand: string
  userKnownHostsFiles: readonly string[]
  globalKnownHostsFiles: readonly string[]
  strictHostKeyChecking: StrictHostKeyChecking
  hashKnownHosts: boolean
  kexAlgorithms: string
  hostKeyAlgorithms: string
  ciphers: string
  macs: string
  compression: boolean
  serverAliveInterval: number
  serverAliveCountMax: number
  connectTimeout: number
  batchMode: boolean
  setEnv: ReadonlyMap<string, string>
  requestTTY: RequestTTY
  remoteCommand: string
  forwardAgent: boolean | string
}

/** Values of keywords that add to what was said before. */
export interface ListValues {
  identityFiles: string[]
  certificateFiles: string[]
  sendEnv: string[]
  localForwards: Forward[]
  remoteForwards: Forward[]
  dynamicForwards: Forward[]
}

export type Values = Partial<SingleValues> & ListValues

/** Reads a line's value, which must be right even where the line does not apply, and returns how to apply it. */
type Keyword = (line: ConfigLine) => (values: Values) => void

const STRICT = { yes: 'yes', true: 'yes', no: 'no', false: 'no', off: 'no', ask: 'ask', 'accept-new': 'accept-new' } as const
const TTY = { yes: 'yes', true: 'yes', no: 'no', false: 'no', force: 'force', auto: 'auto' } as const

export const KEYWORDS: Readonly<Record<string, Keyword>> = {
  hostname: single('hostName', one),
  port: single('port', port),
  user: single('user', one),
  identityfile: list('identityFiles', (line) => [one(line)]),
  certificatefile: list('certificateFiles', (line) => [one(line)]),
  identitiesonly: single('identitiesOnly', flag),
  identityagent: single('identityAgent', one),
  hostkeyalias: single('hostKeyAlias', one),
  proxyjump: single('proxyJump', jumpHosts, ({ proxyCommand }) => proxyCommand === undefined),
  proxycommand: single('proxyCommand', command, ({ proxyJump = [] }) => proxyJump.length === 0),
  userknownhostsfile: single('userKnownHostsFiles', some),
  globalknownhostsfile: single('globalKnownHostsFiles', some),
  stricthostkeychecking: single('strictHostKeyChecking', choice<StrictHostKeyChecking>(STRICT)),
  hashknownhosts: single('hashKnownHosts', flag),
  kexalgorithms: single('kexAlgorithms', algorithms),
  hostkeyalgorithms: single('hostKeyAlgorithms', algorithms),
  ciphers: single('ciphers', algorithms),
  macs: single('macs', algorithms),
  compression: single('compression', flag),
  serveraliveinterval: single('serverAliveInterval', seconds),
  serveralivecountmax: single('serverAliveCountMax', number),
  connecttimeout: single('connectTimeout', secondsOrNone),
  batchmode: single('batchMode', flag),
  setenv: single('setEnv', assignments),
  sendenv: (line) => {
    const patterns = some(line)
    return ({ sendEnv }) => patterns.forEach((pattern) => changeSendEnv(sendEnv, pattern))
  },
  requesttty: single('requestTTY', choice<RequestTTY>(TTY)),
  remotecommand: single('remoteCommand', command),
  forwardagent: single('forwardAgent', (line): boolean | string => {
    const word = one(line)
    return Object.hasOwn(YES_NO, word.toLowerCase()) ? flag(line) : word
  }),
  localforward: list('localForwards', forward('local')),
  remoteforward: list('remoteForwards', forward('remote')),
  dynamicforward: list('dynamicForwards', forward('dynamic')),
}

function single<P extends keyof SingleValues>(property: P, read: (line: ConfigLine) => SingleValues[P], allowed: (values: Values) => boolean = () => true): Keyword {
  return (line) => {
    const value = read(line)
    return (values) => {
      const known: Partial<SingleValues> = values
      if (allowed(values)) known[property] ??= value
    }
  }
}

function list<P extends keyof ListValues>(property: P, read: (line: ConfigLine) => readonly ListValues[P][number][]): Keyword {
  return (line) => {
    const added = read(line)
    return (values) => {
      const items: unknown[] = values[property]
      for (const item of added) if (!items.some((known) => JSON.stringify(known) === JSON.stringify(item))) items.push(item)
    }
  }
}

function algorithms(line: ConfigLine): string {
  const text = one(line)
  if (!/^[+^-]?[^,\s]+(,[^,\s]+)*$/.test(text)) throw new ConfigLineError('not a list of algorithms')
  return text
}

/** `-pattern` takes back what was named before. */
function changeSendEnv(names: string[], pattern: string): void {
  if (!pattern.startsWith('-')) {
    names.push(pattern)
    return
  }
  const kept = names.filter((name) => !matchPattern(name, pattern.slice(1)))
  names.splice(0, names.length, ...kept)
}
