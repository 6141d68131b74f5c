import type { Failure, Target } from '../session/messages.ts'
import { address } from '../session/address.ts'
import { visible } from './visible.ts'

export interface Explanation {
  readonly title: string
  readonly advice: string
}

/** What the user can do about it. */
export function explain(failure: Failure, target: Target): Explanation {
  const { code, message, closeCode } = failure
  const server = address(target.host, target.port)
  if (code === 'CANCELLED') return { title: 'Cancelled', advice: /\bcancelled$/.test(message) ? 'No connection was made.' : message }
  if (/^ERR_(WEBSOCKET|GATEWAY)/.test(code)) return aboutGateway(code, closeCode, target, server)
  if (code === 'ERR_AUTHENTICATION_FAILED') {
    const left = failure.methodsLeft?.map(visible).join(', ')
    return { title: `${server} did not let ${target.username} in`, advice: `The user name, password or key is not right.${left ? ` The server accepts: ${left}.` : ''}` }
  }
  if (code.startsWith('ERR_LIBSSH2_SOCKET_')) return { title: `The connection to ${server} was lost`, advice: `${message}. You can connect again.` }
  return ADVICE[code]?.(server) ?? { title: `The connection to ${server} failed`, advice: `${message} (${code})` }
}

const ADVICE: Readonly<Record<string, (server: string) => Explanation>> = {
  ERR_HOST_KEY_UNKNOWN: (server) => ({ title: 'The key was not accepted', advice: `The key of ${server} was not accepted, so nothing was sent to it.` }),
  ERR_HOST_KEY_CHANGED: (server) => ({ title: 'The server’s key has changed', advice: `The connection to ${server} was refused before anything secret was sent.` }),
  ERR_CONNECT_TIMEOUT: (server) => ({ title: `${server} does not answer`, advice: 'The gateway is there, but no SSH server said anything within 20 seconds.' }),
  ERR_KEEPALIVE_TIMEOUT: (server) => ({ title: `${server} does not answer any more`, advice: 'It has not answered for too long, so the connection was given up. You can connect again.' }),
  ERR_KEY_GONE: () => ({ title: 'The key is gone', advice: 'It was removed from this browser. Please choose its file again.' }),
  ERR_KEY_CERTIFICATE_ALONE: () => ({ title: 'The certificate’s key is not here', advice: 'It certifies no key of this browser, or it is for hosts. Choose the private key first, then its certificate.' }),
  ERR_KEY_FORMAT: () => ({ title: 'This is not a private key', advice: 'OpenSSH, PEM and PuTTY files are understood. A file that ends in .pub is the public half.' }),
  ERR_KEY_PASSPHRASE_WRONG: () => ({ title: 'The key stays locked', advice: 'The passphrase was not the right one.' }),
  ERR_KEY_NOT_ACCEPTED: (server) => ({ title: 'The key was written, but does not log in yet', advice: `It is in authorized_keys, and ${server} refused it on a second connection. Its settings may not allow keys, or read another file.` }),
  ERR_SFTP_NO_SUCH_FILE: () => ({ title: 'Not found', advice: 'There is no such file or folder on the server.' }),
  ERR_SFTP_PERMISSION_DENIED: () => ({ title: 'Not allowed', advice: 'The server does not let this user do that.' }),
  NOT_TEXT: () => ({ title: 'This is not a text file', advice: 'Only files in UTF-8 can be edited here. Download it, or use an editor in the terminal.' }),
  TOO_LARGE_TO_EDIT: () => ({ title: 'Too large to edit here', advice: 'Files up to 1 MiB can be edited here. Download it, or use an editor in the terminal.' }),
  TOO_LARGE: () => ({ title: 'Too large for this browser', advice: 'It cannot write into a file while it downloads, so it must hold all of it, and more than 1 GiB is refused. Chrome and Edge can.' }),
  WORKER_ENDED: () => ({ title: 'The session’s worker has ended', advice: 'The browser has ended it, and the shell with it; programs in tmux or screen keep running. You can connect again.' }),
  WORKER: () => ({ title: 'The session’s worker could not be started', advice: 'Its file could not be loaded. Whoever runs this page must serve all files of the package from the page’s own origin.' }),
}

const LOST = 'The connection to the gateway was lost'

/** Close codes of the gateway. */
const CLOSED: Readonly<Record<number, (server: string) => Explanation>> = {
  1001: () => ({ title: LOST, advice: 'The gateway is shutting down or restarting. You can connect again when it is back.' }),
  4401: () => ({ title: 'The gateway does not accept this token', advice: 'The token or ticket is wrong or has expired. Check it, or get a new one.' }),
  4403: (server) => ({ title: `${server} is not allowed`, advice: 'The gateway does not connect to this server, or not for you.' }),
  4404: () => ({ title: 'The session is gone', advice: 'The gateway no longer knows it: it was away for too long, or the gateway was restarted. The shell has ended; programs in tmux or screen keep running.' }),
  4408: () => ({ title: LOST, advice: 'Nothing was sent or received for too long.' }),
  4409: () => ({ title: 'The session was taken over', advice: 'Another page continues it.' }),
  4410: () => ({ title: 'The time of this session is over', advice: 'The gateway ends sessions after their allowed time. You can connect again if you may.' }),
  4429: () => ({ title: 'The gateway is full', advice: 'It has too many connections. Close some, or try again later.' }),
  4500: () => ({ title: 'The gateway could not check your permission', advice: 'Something is wrong on its side. Try again, or tell its administrator.' }),
  4502: (server) => ({ title: `${server} cannot be reached`, advice: 'The gateway got no connection to it. Is the address right, and the server running?' }),
  4504: (server) => ({ title: `${server} does not answer`, advice: 'The gateway got no connection to it in time. Is the address right?' }),
  4510: () => ({ title: 'Your permission was withdrawn', advice: 'The gateway has ended your sessions.' }),
}

function aboutGateway(code: string, closeCode: number | undefined, { gateway }: Target, server: string): Explanation {
  const known = closeCode === undefined ? undefined : CLOSED[closeCode]?.(server)
  if (known) return known
  if (globalThis.navigator?.onLine === false) return { title: 'You are offline', advice: 'This device has no network. You can connect again when it is back.' }
  if (code === 'ERR_GATEWAY_LOST') return { title: LOST, advice: 'The network was away for longer than the gateway keeps a session. The shell has ended; programs in tmux or screen keep running.' }
  if (code === 'ERR_GATEWAY_CONNECT') return { title: 'No connection to the gateway', advice: `${gateway} is not there or does not answer. Check its address, or ask whoever runs it.` }
  return { title: LOST, advice: 'The gateway has gone, or the network in between. You can connect again when it is back.' }
}
