import { reasonOf } from '../../errors/reason-of.ts'
import type { SshConfig } from '../../openssh/config/ssh-config.ts'
import { formatEnd, parseForward } from '../../openssh/forward-spec.ts'
import type { Direction, Tunnels } from '../../openssh/forward/tunnels.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { runShell } from './local-command.ts'

const KINDS = { L: 'local', R: 'remote', D: 'dynamic' } as const
const HELP = [
  'Commands:',
  '      -L[bind_address:]port:host:hostport    Request local forward',
  '      -R[bind_address:]port:host:hostport    Request remote forward',
  '      -D[bind_address:]port                  Request dynamic forward',
  '      -KL[bind_address:]port                 Cancel local forward',
  '      -KR[bind_address:]port                 Cancel remote forward',
  '      -KD[bind_address:]port                 Cancel dynamic forward',
]

/** Performs a line of `~C` (ssh(1), ESCAPE CHARACTERS) and says what came of it, in OpenSSH's words. */
export async function performCommand(line: string, tunnels: Tunnels, { permitLocalCommand }: Pick<SshConfig, 'permitLocalCommand'>, terminal: Pick<Terminal, 'tell'>): Promise<void> {
  const command = line.trim().replace(/^-/, '')
  if (command === '') return
  if (/^[hH?]/.test(command)) return terminal.tell([...HELP, ...permitLocalCommand ? ['      !args                                  Execute local command'] : []].join('\n'))
  if (permitLocalCommand && command.startsWith('!')) return runShell(command.slice(1))
  const [, cancel, direction, text = ''] = /^(K?)([LRD])\s*([\s\S]*)$/.exec(command) as [string, string, Direction, string] | null ?? []
  if (direction === undefined) return terminal.tell('Invalid command.')
  terminal.tell(await (cancel ? cancelTunnel : addTunnel)(direction, text, tunnels))
}

async function addTunnel(direction: Direction, text: string, tunnels: Tunnels): Promise<string> {
  const forward = parseForward(text, KINDS[direction])
  if (!forward) return `Bad ${direction === 'R' ? 'remote' : 'local'} forwarding specification.`
  try {
    await tunnels.add(direction, forward)
    return 'Forwarding port.'
  } catch (error) {
    return `Port forwarding failed: ${reasonOf(error)}`
  }
}

async function cancelTunnel(direction: Direction, text: string, tunnels: Tunnels): Promise<string> {
  const listen = parseForward(text, 'dynamic')?.listen
  if (!listen) return 'Bad forwarding close specification.'
  const tunnel = tunnels.open.find((open) => open.direction === direction && formatEnd(open.forward.listen) === formatEnd(listen))
  if (!tunnel) return 'Unknown port forwarding.'
  await tunnels.cancel(tunnel)
  return 'Canceled forwarding.'
}
