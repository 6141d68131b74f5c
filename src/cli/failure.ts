import { SSHError, AuthenticationError, ConnectError, HostKeyError } from '../errors/ssh-error.ts'
import { placeOf } from '../errors/connect-error.ts'
import type { SshConfig } from '../openssh/config/ssh-config.ts'
import { systemWords } from './system-words.ts'

/** A failure in the words of ssh(1), which programs that start it look for. They are printed as they are. */
export class Failure extends Error {
  override name = 'Failure'
}

/** What the resolver calls its errors. */
const RESOLVER: Readonly<Record<string, string>> = {
  ENOTFOUND: 'Name or service not known', EAI_AGAIN: 'Temporary failure in name resolution', EAI_FAIL: 'Non-recoverable failure in name resolution', EAI_NODATA: 'No address associated with hostname',
}

/** What ssh calls each kind of algorithm that an error of the negotiation names. */
const KINDS: readonly (readonly [start: string, name: string])[] = [
  ['key exchange', 'key exchange method'], ['host key', 'host key type'], ['cipher', 'cipher'], ['MAC', 'MAC'], ['compression', 'compression method'],
]

/** The error of an attempt to connect in ssh's words, or the error itself if ssh has none for it. */
export function failureOf(error: unknown, config: Pick<SshConfig, 'user' | 'hostName' | 'port'>): unknown {
  const words = error instanceof SSHError ? wordsFor(error, config) : undefined
  return words === undefined ? error : new Failure(words, { cause: error })
}

function wordsFor(error: SSHError, { user, hostName, port }: Pick<SshConfig, 'user' | 'hostName' | 'port'>): string | undefined {
  if (error instanceof ConnectError) return notConnected(error)
  if (error.code === 'ERR_CONNECT_TIMEOUT' && error.message.startsWith('connect to host ')) return `ssh: ${error.message}`
  if (error instanceof HostKeyError && error.code !== 'ERR_HOST_KEY_POLICY_MISSING') return `${error.message}\nHost key verification failed.`
  if (error instanceof AuthenticationError && error.methodsLeft.length > 0) {
    // The error of a jump host names that host.
    const who = error.message.startsWith(`${placeOf(hostName, port)}: `) ? `${user}@${hostName}: ` : ''
    return `${who}Permission denied (${error.methodsLeft.join(',')}).`
  }
  if (error.code === 'ERR_NO_TERMINAL') return `Permission denied: ${error.message}`
  const [, kind = '', offer = ''] = /no common (.*?): we offer .*?; the server offers (.*?)(?:\. no common|$)/.exec(error.message) ?? []
  const name = KINDS.find(([start]) => kind.startsWith(start))?.[1]
  return name && `Unable to negotiate with ${hostName} port ${port}: no matching ${name} found. Their offer: ${offer.replaceAll(', ', ',')}`
}

function notConnected({ code, message }: ConnectError): string | undefined {
  const [, bracketed, plain, port] = /^cannot connect to (?:\[(.+?)\]|([^\s:]+)):(\d+): /.exec(message) ?? []
  if (port === undefined) return undefined
  const host = bracketed ?? plain!
  if (Object.hasOwn(RESOLVER, code)) return `ssh: Could not resolve hostname ${host}: ${RESOLVER[code]}`
  const words = systemWords(code)
  return words && `ssh: connect to host ${host} port ${port}: ${words}`
}
