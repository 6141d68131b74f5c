import { reasonOf } from '../../errors/reason-of.ts'
import type { Connection } from '../../openssh/connect/connection.ts'
import { parseForward } from '../../openssh/forward-spec.ts'
import { describeTunnel, type Direction, type Tunnels } from '../../openssh/forward/tunnels.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type EscapeAction, escapeHelp } from './escapes.ts'
import type { LocalTerminal } from './local-terminal.ts'

const KINDS = { L: 'local', R: 'remote', D: 'dynamic' } as const
const LEVELS = ['QUIET', 'FATAL', 'ERROR', 'INFO', 'VERBOSE', 'DEBUG', 'DEBUG2', 'DEBUG3'] as const

/** The actions of the escapes. `end` ends the connection at once. */
export function escapeActions({ client, config }: Connection, tunnels: Tunnels, terminal: Terminal, end: () => void) {
  return (local: LocalTerminal) => async (action: EscapeAction): Promise<void> => {
    const name = config.escapeChar === undefined ? '' : String.fromCharCode(config.escapeChar)
    const tell = (text: string) => { process.stderr.write(`${text.replaceAll('\n', '\r\n')}\r\n`) }
    if (action === 'disconnect') {
      tell(`${name}.`)
      end()
    } else if (action === 'suspend') {
      tell(`${name}^Z [suspend ssh]`)
      await local.suspend()
    } else if (action === 'help') {
      tell(`${name}?\n${escapeHelp(config.escapeChar!, config.enableEscapeCommandline)}`)
    } else if (action === 'list') {
      tell(`${name}#\nThe following connections are open:\n${tunnels.open.map((tunnel) => `  ${describeTunnel(tunnel)} (${tunnel.forwarding.connections} open)`).join('\n') || '  the session'}`)
    } else if (action === 'rekey') {
      await client.rekey().catch((error: unknown) => { tell(String(error)) })
    } else if (action === 'command') {
      await commandLine(local, tunnels, terminal, config.enableEscapeCommandline)
    } else if (action === 'more' || action === 'less') {
      const at = LEVELS.indexOf(terminal.level) + (action === 'more' ? 1 : -1)
      terminal.level = LEVELS[Math.max(0, Math.min(LEVELS.length - 1, at))]!
      tell(`${name}${action === 'more' ? 'v' : 'V'} [LogLevel ${terminal.level}]`)
    } else {
      tell(`${name}${action === 'break' ? 'B' : '&'} is not supported here`)
    }
  }
}

/** `~C`: `-L`, `-R`, `-D` add a forwarding; with a K before the letter they cancel one. */
async function commandLine(local: LocalTerminal, tunnels: Tunnels, terminal: Terminal, enabled: boolean): Promise<void> {
  if (!enabled) return terminal.tell('commandline disabled')
  local.leave()
  try {
    const line = (await terminal.ask('\nssh> '))?.trim() ?? ''
    const [, cancel, letter, text] = /^-?(K?)([LRD])\s*(\S+)$/i.exec(line) ?? []
    if (line === '') return
    if (letter === undefined || text === undefined) {
      terminal.tell('Commands:\n      -L[bind_address:]port:host:hostport    Request local forward\n      -R[bind_address:]port:host:hostport    Request remote forward\n      -D[bind_address:]port                  Request dynamic forward\n      -KL, -KR, -KD[bind_address:]port       Cancel a forward')
      return
    }
    const direction = letter.toUpperCase() as Direction
    if (cancel) await cancelTunnel(direction, text, tunnels, terminal)
    else await addTunnel(direction, text, tunnels, terminal)
  } finally {
    local.enter()
  }
}

async function addTunnel(direction: Direction, text: string, tunnels: Tunnels, terminal: Terminal): Promise<void> {
  const forward = parseForward(text, KINDS[direction])
  if (!forward) return terminal.tell('Bad forwarding specification.')
  try {
    await tunnels.add(direction, forward)
    terminal.tell('Forwarding port.')
  } catch (error) {
    terminal.tell(`Port forwarding failed: ${reasonOf(error)}`)
  }
}

async function cancelTunnel(direction: Direction, text: string, tunnels: Tunnels, terminal: Terminal): Promise<void> {
  const wanted = tunnels.open.find((tunnel) => tunnel.direction === direction && describeTunnel(tunnel).slice(3).split(' ')[0]!.replace(/^\[(.*)\]/, '$1') === text)
  if (!wanted) return terminal.tell('Unknown port forwarding.')
  await tunnels.cancel(wanted)
  terminal.tell('Canceled forwarding.')
}
