import { text } from '../errors/arguments.ts'

const DEFAULT_PORT = 22

/** The name of a host in known_hosts files: lower case, and `[host]:port` for a port other than 22 (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export function knownHostName(host: string, port: number = DEFAULT_PORT): string {
  const name = lowerCase(text(host, 'host'))
  if (typeof port !== 'number') throw new TypeError('port must be a number')
  return port === DEFAULT_PORT ? name : `[${name}]:${port}`
}

/** Lower case of ASCII letters only: host names are ASCII, and no locale may change a comparison. */
export function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
