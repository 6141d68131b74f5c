import { describeConfig } from '../../openssh/config/dump.ts'
import { readSshConfig, type SshConfig } from '../../openssh/config/ssh-config.ts'
import { shownLists } from '../../openssh/shown-lists.ts'
import { type Connection, openConnection } from '../../openssh/connect/connection.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { Tunnels } from '../../openssh/forward/tunnels.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { ConnectionArguments, SshArguments } from './arguments.ts'
import { failureOf } from '../failure.ts'
import { backgroundRole, releaseDescriptors, startInBackground, tellForeground } from './background.ts'
import { controlPathOf, usesMaster, wantsMaster } from './control-path.ts'
import { escapeActions } from './escape-actions.ts'
import { runLocalCommand } from './local-command.ts'
import { withoutMissingKeys } from './named-keys.ts'
import { runSession } from './session.ts'
import type { Sharing } from './sharing.ts'
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
  const path = controlPathOf(config)
  if (request.control !== undefined && request.control !== 'proxy') return (await import('./control-command.ts')).runControlCommand(request.control, config, terminal)
  if (goesToBackground(request, config, path) && !backgroundRole()) {
    if (command === '' && config.sessionType !== 'none') throw new SSHError('Cannot fork into background without a command to execute.', { code: 'ERR_SSH_CONFIG' })
    return await startInBackground(argv, 'session') ?? 0
  }
  const code = path === undefined && request.control === undefined ? undefined : await overMaster(request, config, path, command, terminal, argv)
  if (code !== undefined) return code
  await using connection = await openConnection(config, { person: terminal, file: request.file }).catch((error: unknown) => {
    if (error instanceof Error) terminal.tell(error.message, 'DEBUG')
    throw failureOf(error, config)
  })
  terminal.tell(`Authenticated to ${config.hostName} ([${connection.path.join(' -> ')}]).`, 'VERBOSE')
  // Awaited here, since the connection would otherwise be closed at once.
  return await serve(request, command, connection, terminal, path)
}

/** `-f`, and a master without a session that persists. */
function goesToBackground({ stdioForward }: SshArguments, config: SshConfig, path: string | undefined): boolean {
  return config.forkAfterAuthentication || (path !== undefined && wantsMaster(config) && config.controlPersist !== false && config.sessionType === 'none' && !stdioForward)
}

/** Uses the connection of a master, after starting one that persists if that is wanted. @returns the exit code; undefined if a connection of its own is needed */
async function overMaster({ control, stdioForward }: SshArguments, config: SshConfig, path: string | undefined, command: string, terminal: Terminal, argv: readonly string[]): Promise<number | undefined> {
  const { findMaster, runThroughMaster } = await import('./through-master.ts')
  if (control === 'proxy') return runThroughMaster(await (await import('./control-command.ts')).connectMaster(config), { config, command, terminal, stdioForward })
  if (path === undefined || backgroundRole() === 'master') return undefined
  const known = usesMaster(config) ? await findMaster(path, config, terminal) : undefined
  const code = known && await runThroughMaster(known, { config, command, terminal, stdioForward })
  if (code !== undefined) return code
  if (!wantsMaster(config) || config.controlPersist === false || (config.sessionType === 'none' && !stdioForward)) return undefined
  const failed = await startInBackground(argv, 'master')
  if (failed !== undefined) return failed
  const mux = await findMaster(path, config, terminal)
  return mux && runThroughMaster(mux, { config: { ...config, clearAllForwardings: true }, command, terminal, stdioForward })
}

async function serve({ stdioForward, logFile }: SshArguments, command: string, connection: Connection, terminal: Terminal, path: string | undefined): Promise<number> {
  const { client, config } = connection
  const tunnels = new Tunnels(client, config, terminal)
  await tunnels.openAll()
  await runLocalCommand(config)
  const sharing = path !== undefined && wantsMaster(config) ? await (await import('./sharing.ts')).share(path, connection, tunnels, terminal) : undefined
  const role = backgroundRole()
  tellForeground()
  if (role === 'master' && !sharing) return 0
  if (stdioForward && role !== 'master') return forwardStdio(client, stdioForward)
  if (config.sessionType === 'none' || role === 'master') {
    if (role) releaseDescriptors([0, 1, ...logFile === undefined && terminal.level.startsWith('DEBUG') ? [] : [2]])
    return untilClosed(connection, sharing)
  }
  const left = new AbortController()
  const disconnected = new Promise<undefined>((resolve) => { left.signal.addEventListener('abort', () => resolve(undefined)) })
  void sharing?.exit.then(() => left.abort())
  const session = runSession({ client, config, command, terminal, escapes: escapeActions(connection, tunnels, terminal, () => left.abort()) })
  const ended = await Promise.race([session, disconnected])
  if (ended === undefined) {
    // The session ends with the connection; the terminal is restored before the program exits.
    await client.close()
    await session.catch(() => {})
    terminal.tell(`Connection to ${config.hostName} closed.`)
    return 255
  }
  await Promise.all([sharing?.finish(), tunnels.finish()])
  if (ended.withTerminal) terminal.tell(`Connection to ${config.hostName} closed.`)
  return ended.code
}

async function untilClosed({ client, config }: Connection, sharing: Sharing | undefined): Promise<number> {
  const end = await Promise.race([client.closed, ...sharing ? [sharing.exit, sharing.unused] : []])
  sharing?.close()
  if (end && !end.expected) throw new SSHError(`Connection to ${config.host} closed: ${end.error.message}`, { code: 'ERR_DISCONNECTED', cause: end.error })
  return 0
}
