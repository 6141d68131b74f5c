import { describeConfig } from '../../openssh/config/dump.ts'
import { readSshConfig, type SshConfig } from '../../openssh/config/ssh-config.ts'
import { shownLists } from '../../openssh/shown-lists.ts'
import { type Connection, openConnection } from '../../openssh/connect/connection.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { Tunnels } from '../../openssh/forward/tunnels.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { ConnectionArguments, SshArguments } from './arguments.ts'
import { goOnInBackground, isInBackground, tellForeground } from './background.ts'
import { escapeActions } from './escape-actions.ts'
import { runLocalCommand } from './local-command.ts'
import { withoutMissingKeys } from './named-keys.ts'
import { runSession } from './session.ts'
import { forwardStdio } from './stdio-forward.ts'

/** The configuration for a command line. Its log level applies to the terminal from now on. */
export async function configure(request: ConnectionArguments & Partial<Pick<SshArguments, 'defaults'>>, terminal: Terminal, command = ''): Promise<SshConfig> {
  terminal.level = request.quiet ? 'QUIET' : request.level ?? 'INFO'
  const late: (() => void)[] = []
  const sessionType = request.options.some((option) => option[0] === 'SessionType' && option[1] === 'none') ? 'none' : request.options.some((option) => option[0] === 'SessionType') ? 'subsystem' : undefined
  const config = await readSshConfig({
    host: request.host, file: request.file, options: withoutMissingKeys(request.options, terminal), defaults: request.defaults ?? [], command, sessionType,
    onDetail: (text) => late.push(() => { terminal.tell(text, 'DEBUG') }), onWarning: (text) => late.push(() => { terminal.tell(text) }),
  })
  if (!request.quiet && request.level === undefined) terminal.level = config.logLevel
  for (const tell of late) tell()
  return config
}

/** ssh(1). @returns the exit code */
export async function ssh(request: SshArguments, terminal: Terminal, argv: readonly string[]): Promise<number> {
  const config = await configure(request, terminal, request.command)
  if (request.print) {
    process.stdout.write(`${describeConfig(config, { ...shownLists(config), logLevel: request.quiet ? 'QUIET' : request.level ?? config.logLevel }).join('\n')}\n`)
    return 0
  }
  if (request.command !== '' && config.remoteCommand !== undefined) throw new SSHError('Cannot execute command-line and remote command.', { code: 'ERR_SSH_CONFIG' })
  const command = request.command || config.remoteCommand || ''
  if (config.sessionType === 'subsystem' && command === '') throw new SSHError('You must specify a subsystem to invoke.', { code: 'ERR_SSH_CONFIG' })
  if (config.forkAfterAuthentication && !isInBackground()) {
    if (command === '' && config.sessionType !== 'none') throw new SSHError('Cannot fork into background without a command to execute.', { code: 'ERR_SSH_CONFIG' })
    return goOnInBackground(argv)
  }
  await using connection = await openConnection(config, { person: terminal, file: request.file })
  terminal.tell(`Authenticated to ${config.hostName} ([${connection.path.join(' -> ')}]).`, 'VERBOSE')
  // Awaited here, since the connection would otherwise be closed at once.
  return await serve(request, command, connection, terminal)
}

async function serve({ stdioForward }: SshArguments, command: string, connection: Connection, terminal: Terminal): Promise<number> {
  const { client, config } = connection
  const tunnels = new Tunnels(client, config, terminal)
  await tunnels.openAll()
  await runLocalCommand(config)
  tellForeground()
  if (stdioForward) return forwardStdio(client, stdioForward)
  if (config.sessionType === 'none') return untilClosed(connection)
  const left = new AbortController()
  const disconnected = new Promise<undefined>((resolve) => { left.signal.addEventListener('abort', () => resolve(undefined)) })
  const session = runSession({ client, config, command, terminal, escapes: escapeActions(connection, tunnels, terminal, () => left.abort()) })
  const code = await Promise.race([session, disconnected])
  if (code === undefined) {
    // The session ends with the connection; the terminal is restored before the program exits.
    await client.close()
    await session.catch(() => {})
    terminal.tell(`Connection to ${config.host} closed.`)
    return 255
  }
  await tunnels.finish()
  if (process.stdin.isTTY && command === '' && !config.stdinNull) terminal.tell(`Connection to ${config.host} closed.`)
  return code
}

async function untilClosed({ client, config }: Connection): Promise<number> {
  const { expected, error } = await client.closed
  if (!expected) throw new SSHError(`Connection to ${config.host} closed: ${error.message}`, { code: 'ERR_DISCONNECTED', cause: error })
  return 0
}
