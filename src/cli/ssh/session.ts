import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { ExecOptions, ProcessOptions, ShellOptions } from '../../client/start-process.ts'
import type { Process } from '../../client/process.ts'
import type { Exit } from '../../bindings/channel/channel.ts'
import type { SshConfig } from '../../openssh/config/ssh-config.ts'
import { forwardedAgent } from '../../openssh/login/agent-socket.ts'
import { x11Forwarding } from '../../openssh/x11/display.ts'
import { windowSize } from '../terminal/modes.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { environmentOf } from './environment.ts'
import { LocalTerminal } from './local-terminal.ts'

/** The exit code for a command that a signal ended, or whose exit status the server did not send, as in ssh. */
const WITHOUT_CODE = 255

/** A program on the server, as far as a session needs it. */
export type RemoteProgram = Pick<Process, 'stdin' | 'stdout' | 'stderr' | 'exit' | 'close'> & { resize(columns: number, rows: number): Promise<void> }

/** What starts programs on the server: a client, or the connection of a master. */
export interface Programs {
  exec(command: string, options: ExecOptions): Promise<RemoteProgram>
  shell(options: ShellOptions): Promise<RemoteProgram>
  subsystem(name: string, options: ProcessOptions): Promise<RemoteProgram>
}

export interface SessionOptions {
  readonly client: Programs
  readonly config: SshConfig
  readonly command: string
  readonly terminal: Terminal
  /** Handles the user's escapes: see `EscapeAction`. */
  readonly escapes: (local: LocalTerminal, remote: RemoteProgram) => LocalTerminal['onEscape']
}

/** Whether to request a terminal. Like ssh, it warns about a shell without one. */
export function wantsTerminal({ requestTTY, sessionType, stdinNull }: SshConfig, command: string, terminal: Terminal): boolean {
  const wanted = requestTTY === 'yes' || requestTTY === 'force' || (requestTTY === 'auto' && command === '' && sessionType === 'default')
  if (!wanted || requestTTY === 'force' || (process.stdin.isTTY && !stdinNull)) return wanted
  terminal.tell('Pseudo-terminal will not be allocated because stdin is not a terminal.')
  return false
}

/**
 * Runs a command, a subsystem, or the login shell, with this process's stdin, stdout and stderr.
 * @returns the exit code, and whether the server gave it a terminal
 */
export async function runSession({ client, config, command, terminal, escapes }: SessionOptions): Promise<{ readonly code: number, readonly withTerminal: boolean }> {
  const withTerminal = wantsTerminal(config, command, terminal)
  const pty = withTerminal ? { term: process.env['TERM'] || 'vt100', ...windowSize() } : undefined
  const agent = forwardedAgent(config)
  const options: ProcessOptions = {
    env: environmentOf(config, process.env), ignoreRefusedEnv: true, agentForwarding: agent, x11: config.forwardX11 ? x11Forwarding(config, terminal) : undefined, obscureKeystrokes: config.obscureKeystrokeTiming,
  }
  const remote = config.sessionType === 'subsystem' ? await client.subsystem(command, options)
    : command === '' ? await client.shell(pty ? { ...options, ...pty } : { ...options, pty: false })
      : await client.exec(command, { ...options, pty })
  const local = new LocalTerminal(config, terminal, withTerminal)
  local.onEscape = escapes(local, remote)
  return { code: await attach(remote, local, config), withTerminal }
}

async function attach(remote: RemoteProgram, local: LocalTerminal, config: SshConfig): Promise<number> {
  const stopResizing = local.onResize(({ columns, rows }) => { remote.resize(columns, rows).catch(ignore) })
  local.enter()
  const sending = config.stdinNull ? closeInput(remote) : send(local, remote)
  try {
    await Promise.all([receive(remote.stdout, process.stdout), receive(remote.stderr, process.stderr)])
    return codeOf(await remote.exit)
  } catch (error) {
    if (!(error instanceof BrokenPipe)) throw error
    await remote.close()
    return WITHOUT_CODE
  } finally {
    // Input from now on is for the next program.
    process.stdin.destroy()
    await sending
    stopResizing()
    local.leave()
  }
}

/** Nobody reads this program's output any more: it exits silently, like other programs in a pipeline. */
class BrokenPipe extends Error {}

async function closeInput(remote: RemoteProgram): Promise<void> {
  await remote.stdin.getWriter().close().catch(ignore)
}

/**
 * Ends with the input, or when nobody reads it any more: the command has ended, or has closed its input, and its exit status explains why. An input that cannot be
 * read any more ends too: a socket whose other end has gone with unread data fails.
 */
async function send(local: LocalTerminal, remote: RemoteProgram): Promise<void> {
  const writer = remote.stdin.getWriter()
  try {
    for await (const chunk of process.stdin.isTTY ? typedChunks() : process.stdin) {
      for await (const part of local.typed(chunk as Uint8Array)) await writer.write(part)
    }
  } catch {
    // See above.
  }
  await writer.close().catch(ignore)
}

/** What is typed at the terminal of stdin. While a chunk is used nothing is read, so that a question can read the same terminal (`~C`). */
async function* typedChunks(): AsyncGenerator<Uint8Array, void> {
  const { stdin } = process
  for (;;) {
    const chunk = await new Promise<Uint8Array | undefined>((resolve) => {
      const settle = (typed?: Uint8Array) => {
        stdin.off('data', settle).off('end', ended).off('close', ended).off('error', ended)
        // After the listeners, since a stream without them could go on.
        stdin.pause()
        resolve(typed)
      }
      const ended = () => { settle() }
      if (stdin.destroyed || stdin.readableEnded) return resolve(undefined)
      stdin.on('data', settle).on('end', ended).on('close', ended).on('error', ended)
      stdin.resume()
    })
    if (chunk === undefined) return
    yield chunk
  }
}

/** @throws BrokenPipe if nobody reads `target` any more */
async function receive(source: ReadableStream<Uint8Array>, target: Writable): Promise<void> {
  const reader = source.getReader()
  const broken = new AbortController()
  // The error may come after the last chunk, while the command is silent: then nothing else would end the wait.
  const closed = () => {
    broken.abort()
    reader.cancel().catch(ignore)
  }
  target.on('error', closed)
  for (let next = await reader.read(); !next.done && !broken.signal.aborted; next = await reader.read()) {
    // It also ends with the error, and leaves no listener behind.
    if (!target.write(next.value) && !broken.signal.aborted) await once(target, 'drain', { signal: broken.signal }).catch(ignore)
  }
  if (broken.signal.aborted) throw new BrokenPipe()
}

/** The exit code for both kinds of end: with a code, or by a signal. */
function codeOf(exit: Exit): number {
  return exit.code ?? WITHOUT_CODE
}

/** The command's exit status explains the failure. */
function ignore(): void {}
