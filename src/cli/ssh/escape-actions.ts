import type { SshConfig } from '../../openssh/config/ssh-config.ts'
import type { Connection } from '../../openssh/connect/connection.ts'
import type { Tunnels } from '../../openssh/forward/tunnels.ts'
import { aboutConnection } from '../../openssh/connect/about.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { visible } from '../terminal/visible.ts'
import { type EscapeAction, escapeHelp } from './escapes.ts'
import { performCommand } from './escape-command.ts'
import type { LocalTerminal } from './local-terminal.ts'

const LEVELS = ['QUIET', 'FATAL', 'ERROR', 'INFO', 'VERBOSE', 'DEBUG', 'DEBUG2', 'DEBUG3'] as const

/** The actions of the escapes. `end` ends the connection at once. */
export function escapeActions(connection: Connection, tunnels: Tunnels, terminal: Terminal, end: () => void) {
  const { client, config } = connection
  return (local: LocalTerminal) => async (action: EscapeAction): Promise<void> => {
    const name = config.escapeChar === undefined ? '' : String.fromCharCode(config.escapeChar)
    const tell = (text: string) => { process.stderr.write(`${visible(text).replaceAll('\n', '\r\n')}\r\n`) }
    if (action === 'disconnect') {
      tell(`${name}.`)
      end()
    } else if (action === 'suspend') {
      tell(`${name}^Z [suspend ssh]`)
      local.suspend()
    } else if (action === 'help') {
      tell(`${name}?\n${escapeHelp(config.escapeChar!, config.enableEscapeCommandline)}`)
    } else if (action === 'list') {
      tell(`${name}#\n${tunnels.describe()}`)
    } else if (action === 'about') {
      tell(`${name}I\n${aboutConnection(connection)}`)
    } else if (action === 'rekey') {
      await client.rekey().catch((error: unknown) => { tell(String(error)) })
    } else if (action === 'command') {
      await commandLine(local, tunnels, terminal, config)
    } else if (action === 'more' || action === 'less') {
      const at = LEVELS.indexOf(terminal.level) + (action === 'more' ? 1 : -1)
      terminal.level = LEVELS[Math.max(0, Math.min(LEVELS.length - 1, at))]!
      tell(`${name}${action === 'more' ? 'v' : 'V'} [LogLevel ${terminal.level}]`)
    } else {
      tell(`${name}${action === 'break' ? 'B' : '&'} is not supported here`)
    }
  }
}

/** `~C`: asks for a line, and performs it. */
async function commandLine(local: LocalTerminal, tunnels: Tunnels, terminal: Terminal, config: SshConfig): Promise<void> {
  if (!config.enableEscapeCommandline) return terminal.tell('commandline disabled')
  local.leave()
  try {
    await performCommand(await terminal.askCommand('\nssh> ') ?? '', tunnels, config, terminal)
  } finally {
    local.enter()
  }
}
