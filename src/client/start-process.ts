import type { CallOptions } from '../abort/call-options.ts'
import { onAbort } from '../abort/on-abort.ts'
import type { Channel, PtyOptions } from '../bindings/channel/channel.ts'
import { openChannel } from '../bindings/channel/open-channel.ts'
import { ChannelError, SSHError } from '../errors/ssh-error.ts'
import { callable, record } from '../errors/arguments.ts'
import type { Session } from '../bindings/session/session.ts'
import { acknowledgeNext, acknowledgeUnlessSent } from './acknowledge.ts'
import type { AgentForwarding, X11Forwarding } from './forwarding.ts'
import { LiveChannel } from './live-channel.ts'
import { OUTPUTS, Process, type Started } from './process.ts'
import { ReceiveWindow } from './receive-window.ts'
import type { RoundTrip } from './round-trip.ts'
import { quoted } from './sh.ts'

/** The extension whose messages fill the ticks without a keystroke. */
const PING = 'ping@openssh.com'

/** Options of a process. */
export interface ProcessOptions extends CallOptions {
  /**
   * Variables for the command's environment. Servers refuse most names (`AcceptEnv`): then the command does not run, and the error lists them. All
   * variables are sent together and cost one round trip; with `ignoreRefusedEnv` they cost none, and refusals are not reported.
   */
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly ignoreRefusedEnv?: boolean | undefined
  /**
   * Lets programs on the server sign with the keys of an agent here. Use it only if you trust the server's administrators. OpenSSH also opens it
   * to all later commands of the connection.
   */
  readonly agentForwarding?: AgentForwarding | undefined
  /** Lets programs on the server open windows here. */
  readonly x11?: X11Forwarding | undefined
  /**
   * Hides the timing of keystrokes in a terminal from observers of the network, like OpenSSH's ObscureKeystrokeTiming: keystrokes are sent at a fixed rate, every 20 ms or
   * every so many milliseconds (1 to 1000), and packets without meaning fill the gaps, for up to three seconds after the last key. A write is then accepted before it is
   * sent. Needs a terminal and a server that announces `ping@openssh.com` (OpenSSH 9.5 and newer); without them it does nothing. `false` by default.
   */
  readonly obscureKeystrokes?: boolean | number | undefined
}

export interface ExecOptions extends ProcessOptions {
  /** Runs in a terminal: `true` for a `vt100` of 80 x 24. */
  readonly pty?: PtyOptions | boolean | undefined
  /** The command's working directory on the server; needs a POSIX shell there. */
  readonly cwd?: string | undefined
}

/** Options of `Client.shell`: the terminal, and the shell's own options. */
export interface ShellOptions extends PtyOptions, ProcessOptions {
  /** `false` for a shell without a terminal. */
  readonly pty?: boolean | undefined
}

/** What to start, and how. */
export interface Start extends ProcessOptions {
  readonly pty?: PtyOptions | undefined
  /** Continues without a terminal if the server gives none. */
  readonly ptyOptional?: boolean
  readonly begin: (channel: Channel) => number
}

/** Where to start it. */
export interface Place {
  readonly session: Session
  readonly roundTrip: RoundTrip
  /** The channel for it, if it is open. */
  readonly channel?: Channel
}

/** How to start a command. @throws TypeError for a value that cannot be a command. */
export function execStart(command: string, options: ExecOptions): Start {
  const { pty = false, cwd, ...others } = record(options, 'options')
  if (typeof command !== 'string') throw new TypeError(`a command must be a string${Array.isArray(command) ? ': sh`…` makes one of words' : ''}`)
  const line = inDirectory(cwd) + command
  return { ...others, pty: pty === true ? {} : pty === false ? undefined : record(pty, 'pty'), begin: (channel) => channel.execute(line) }
}

/** Like `ssh`, continues without a terminal if the server gives none. */
export function shellStart(options: ShellOptions): Start {
  const { signal, env, ignoreRefusedEnv, agentForwarding, x11, obscureKeystrokes, pty = true, ...terminal } = record(options, 'options')
  return { signal, env, ignoreRefusedEnv, agentForwarding, x11, obscureKeystrokes, pty: pty ? terminal : undefined, ptyOptional: true, begin: (channel) => channel.shell() }
}

export function subsystemStart(name: string, options: ProcessOptions): Start {
  return { ...record(options, 'options'), begin: (channel) => channel.subsystem(name) }
}

/** Turns a relative path into one that `cd` takes neither for an option nor for a name to look up in `CDPATH`. */
function inDirectory(cwd: string | undefined): string {
  if (cwd === undefined) return ''
  if (typeof cwd !== 'string' || cwd === '') throw new TypeError('cwd must be a path on the server')
  return `cd ${quoted(cwd.startsWith('/') ? cwd : `./${cwd}`)} || exit; `
}

/** Starts a process with streams. */
export async function startProcess(place: Place, start: Start): Promise<Process> {
  const process = new Process(await started(place, start))
  // Otherwise the output would wait behind the reply.
  if (!process.terminal) acknowledgeUnlessSent(place.session)
  return process
}

/** Opens a channel and prepares it; a failure on the way closes it. An abort ends the channel from then on. The caller sends something, or has the reply acknowledged. */
export async function started({ session, roundTrip, channel: open }: Place, { signal, env = {}, ignoreRefusedEnv, pty, ptyOptional, agentForwarding, x11, obscureKeystrokes, begin }: Start): Promise<Started> {
  checkEnv(env)
  checkForwarding(agentForwarding, x11)
  const keystrokes = obscureKeystrokes === undefined || obscureKeystrokes === false ? undefined : await import('./keystrokes.ts')
  const interval = keystrokes?.keystrokeInterval(obscureKeystrokes)
  const channel = open ?? await roundTrip.measure(() => openChannel(session, () => session.openSession(), { signal, isSession: true }))
  const forwardings: Disposable[] = []
  const stop = () => { for (const forwarding of forwardings) forwarding[Symbol.dispose]() }
  try {
    const step = (call: () => number) => session.complete(call, { signal })
    if (agentForwarding || x11) {
      const { forwardingsOf } = await import('./forwarding.ts')
      const incoming = forwardingsOf(session)
      if (agentForwarding) forwardings.push(await incoming.requestAgent(channel, agentForwarding, signal))
      if (x11) forwardings.push(await incoming.requestX11(channel, x11, signal))
    }
    const terminal = pty !== undefined && await step(() => channel.ptyEx(pty)).then(() => true, passing(session, ptyOptional))
    await setVariables(channel, env, ignoreRefusedEnv, step)
    await step(() => begin(channel))
    // Otherwise the end would wait behind the output.
    if (!terminal) void acknowledgeNext(session)
    const live = new LiveChannel(channel, OUTPUTS, new ReceiveWindow(channel, roundTrip))
    const input = keystrokes && interval && terminal && session.extensions().has(PING) ? new keystrokes.Keystrokes(live, interval) : undefined
    const detach = signal && onAbort(signal, () => live.end(signal.reason))
    void live.over.then(() => {
      stop()
      detach?.()
    })
    return { live, terminal, input }
  } catch (error) {
    stop()
    channel[Symbol.dispose]()
    throw error
  }
}

/** Sends all requests at once; their replies come in the same order. */
async function setVariables(channel: Channel, env: Readonly<Record<string, string>>, ignoreRefused: boolean | undefined, step: (call: () => number) => Promise<number>): Promise<void> {
  const names = Object.keys(env)
  for (const name of names) await step(() => ignoreRefused ? channel.setenvNoReply(name, env[name]!) : channel.setenvSend(name, env[name]!))
  if (ignoreRefused) return
  const refused: string[] = []
  let first: ChannelError | undefined
  for (const name of names) {
    try {
      await step(() => channel.setenvReply())
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error
      first ??= error
      refused.push(name)
    }
  }
  if (first) throw new ChannelError(`the server refuses to set ${refused.join(', ')} (AcceptEnv)`, { code: first.code, errno: first.errno, cause: first })
}

/** Ignores a refusal if that is allowed. */
function passing(session: Session, may: boolean | undefined) {
  return (error: unknown): false => {
    if (!may || session.failure || !(error instanceof ChannelError || error instanceof SSHError)) throw error
    return false
  }
}

function checkForwarding(agentForwarding: AgentForwarding | undefined, x11: X11Forwarding | undefined): void {
  if (agentForwarding !== undefined && !['boolean', 'string', 'function'].includes(typeof agentForwarding)) throw new TypeError('agentForwarding must be true, the path of a socket or a function')
  if (x11 !== undefined) callable(record(x11, 'x11').connect, 'x11.connect')
}

function checkEnv(env: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(record(env, 'env'))) if (typeof value !== 'string') throw new TypeError(`env.${name} must be a string`)
}
