import type { Failure, Target } from '../messages.ts'
import { address } from './host-key-dialogs.ts'

export interface Explanation {
  readonly title: string
  advice: string
}

/** What a person can do about it. */
export function explain(failure: Failure, target: Target): Explanation {
  const { code, message } = failure
  const server = address(target.host, target.port)
  if (code === 'ERR_WEBSOCKET') return aboutGateway(message, target, server)
  if (code === 'ERR_AUTHENTICATION_FAILED') {
    const left = failure.methodsLeft?.join(', ')
    return { title: `${server} did not let ${target.username} in`, advice: `The user name, password or key is not right.${left ? ` The server accepts: ${left}.` : ''}` }
  }
  if (code.startsWith('ERR_LIBSSH2_SOCKET')) return { title: `The connection to ${server} was lost`, advice: `${message}. You can connect again.` }
  return ADVICE[code]?.(server) ?? { title: `The connection to ${server} failed`, advice: `${message} (${code})` }
}

const ADVICE: Readonly<Record<string, (server: string) => Explanation>> = {
  ERR_HOST_KEY_UNKNOWN: (server) => ({ title: 'The key was not accepted', advice: `You did not accept the key of ${server}, so nothing was sent to it.` }),
  ERR_HOST_KEY_CHANGED: (server) => ({ title: 'The server’s key has changed', advice: `The connection to ${server} was refused before anything secret was sent.` }),
  ERR_CONNECT_TIMEOUT: (server) => ({ title: `${server} does not answer`, advice: 'The gateway is there, but no SSH server said anything within 20 seconds.' }),
  ERR_KEY_GONE: () => ({ title: 'The key is gone', advice: 'It was removed from this browser. Please choose its file again.' }),
  ERR_KEY_FORMAT: () => ({ title: 'This is no private key', advice: 'OpenSSH, PEM and PuTTY files are understood. A file that ends in .pub is the public half.' }),
  ERR_KEY_PASSPHRASE_WRONG: () => ({ title: 'The key stays locked', advice: 'The passphrase was not the right one.' }),
  ERR_SFTP_NO_SUCH_FILE: () => ({ title: 'Not found', advice: 'There is no such file or folder on the server.' }),
  ERR_SFTP_PERMISSION_DENIED: () => ({ title: 'Not allowed', advice: 'The server does not let this user do that.' }),
  TOO_LARGE: () => ({ title: 'Too large for this browser', advice: 'It cannot write into a file while it downloads, so it must hold all of it, and more than 1 GiB is refused. Chrome and Edge can.' }),
}

/** Codes of the gateway's closing; a refused opening has none that a page may see. */
const CLOSED: Readonly<Record<string, (server: string) => Explanation>> = {
  1001: () => ({ title: LOST, advice: 'The gateway is shutting down or restarting. You can connect again when it is back.' }),
  4403: (server) => ({ title: `${server} is not allowed`, advice: 'The gateway does not connect to this server.' }),
  4408: () => ({ title: LOST, advice: 'Nothing was sent or received for too long.' }),
  4429: () => ({ title: 'The gateway is full', advice: 'It has too many connections. Close some, or try again later.' }),
  4502: (server) => ({ title: `${server} cannot be reached`, advice: 'The gateway got no connection to it. Is the address right, and the server running?' }),
  4504: (server) => ({ title: `${server} does not answer`, advice: 'The gateway got no connection to it in time. Is the address right?' }),
}
const LOST = 'The connection to the gateway was lost'

function aboutGateway(message: string, { gateway }: Target, server: string): Explanation {
  const code = /code (\d+)/.exec(message)?.[1] ?? ''
  const known = CLOSED[code]?.(server)
  if (known) return known
  if (message.includes('could not be opened')) {
    return { title: 'No connection to the gateway', advice: `${gateway} is not there, or refused: check its address, the token, and that ${server} is on its list.` }
  }
  return { title: LOST, advice: 'The gateway has gone, or the network in between. You can connect again when it is back.' }
}
