import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { X11Forwarding } from '../../client/forwarding.ts'
import { connectTcp, connectUnix } from '../../transports/node/socket.ts'
import type { SshConfig } from '../config/ssh-config.ts'
import type { Person } from '../person.ts'
import { withCookie } from './cookie.ts'

/** A display as the variable DISPLAY names it. */
export interface Display {
  readonly host: string
  readonly number: number
  readonly screen: number
}

export const COOKIE_PROTOCOL = 'MIT-MAGIC-COOKIE-1'
const FIRST_PORT = 6000

/** `[unix|host]:number[.screen]`. */
export function parseDisplay(text: string): Display | undefined {
  const [, host, number, screen = '0'] = /^(.*):(\d{1,4})(?:\.(\d{1,4}))?$/.exec(text) ?? []
  if (host === undefined || number === undefined) return undefined
  return { host: host === 'unix' ? '' : host, number: Number(number), screen: Number(screen) }
}

/**
 * X11 forwarding: programs on the server get a random cookie, and only clients with that cookie reach the local display, with its real cookie
 * instead. Undefined, with a message, if there is no display, or xauth(1) makes no cookie for untrusted programs.
 */
export function x11Forwarding(config: SshConfig, person: Person): X11Forwarding | undefined {
  const name = process.env['DISPLAY']
  const display = name === undefined ? undefined : parseDisplay(name)
  if (!display) {
    person.tell('X11 forwarding is not possible: DISPLAY is not set.', name === undefined ? 'DEBUG' : 'INFO')
    return undefined
  }
  const cookie = realCookie(config, name!)
  if (cookie === undefined && !config.forwardX11Trusted) {
    person.tell('Warning: untrusted X11 forwarding setup failed: xauth key data not generated', 'INFO')
    return undefined
  }
  if (cookie === undefined) person.tell('Warning: No xauth data; using fake authentication data for X11 forwarding.', 'INFO')
  const shown = randomBytes(16)
  const until = config.forwardX11Trusted || config.forwardX11Timeout === 0 ? Infinity : Date.now() + config.forwardX11Timeout * 1000
  return {
    screen: display.screen, authProtocol: COOKIE_PROTOCOL, cookie: shown.toString('hex'),
    async connect() {
      if (Date.now() > until) throw new Error('the time of untrusted X11 forwarding (ForwardX11Timeout) is over')
      const transport = display.host === '' ? await connectUnix(`/tmp/.X11-unix/X${display.number}`) : await connectTcp({ host: display.host, port: FIRST_PORT + display.number })
      return withCookie(transport, shown, cookie ?? shown)
    },
  }
}

/** The display's own cookie; for untrusted programs one that xauth(1) requests from the X server. */
function realCookie({ xAuthLocation, forwardX11Trusted, forwardX11Timeout }: SshConfig, display: string): Uint8Array | undefined {
  const xauth = (...args: string[]) => execFileSync(xAuthLocation, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const folder = forwardX11Trusted ? undefined : mkdtempSync(join(tmpdir(), 'ssh-xauth-'))
  try {
    const place = folder === undefined ? [] : ['-f', join(folder, 'xauthfile')]
    if (folder !== undefined) xauth(...place, 'generate', display, COOKIE_PROTOCOL, 'untrusted', ...forwardX11Timeout > 0 ? ['timeout', String(forwardX11Timeout + 60)] : [])
    const hex = new RegExp(`${COOKIE_PROTOCOL}\\s+([0-9a-f]+)\\s*$`, 'im').exec(xauth(...place, 'list', display))?.[1]
    return hex === undefined ? undefined : Buffer.from(hex, 'hex')
  } catch {
    return undefined
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  }
}
