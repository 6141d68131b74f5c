import type { CallOptions } from '../abort/call-options.ts'
import type { Channel, PtyOptions } from '../bindings/channel/channel.ts'
import { ChannelError, SSHError } from '../errors/ssh-error.ts'
import type { Session } from '../bindings/session/session.ts'
import { acknowledge, acknowledgeNext } from './acknowledge.ts'
import type { AgentForwarding, X11Forwarding } from './forwarding.ts'
import { Process } from './process.ts'
import type { RoundTrip } from './round-trip.ts'
import { quoted } from './sh.ts'

/** What a process may get along. */
export interface ProcessOptions extends CallOptions {
  /**
   * Variables for the command's environment. Servers refuse most names (`AcceptEnv`): then the command is not run, and the error names them. They are sent
   * together and cost one round trip, however many; with `ignoreRefusedEnv` none, and nobody hears of a refusal.
   */
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly ignoreRefusedEnv?: boolean | undefined
  /** Lets programs on the server sign with the keys of an agent here: only for servers whose administrators are trusted. OpenSSH opens it to all later commands of the connection too. */
  readonly agentForwarding?: AgentForwarding | undefined
  /** Lets programs on the server open windows here. */
  readonly x11?: X11Forwarding | undefined
}

export interface ExecOptions extends ProcessOptions {
  /** Runs in a terminal: `true` for a `vt100` of 80 x 24. */
  readonly pty?: PtyOptions | boolean | undefined
  /** Directory on the server where the command begins; for servers whose shell is a POSIX one. */
  readonly cwd?: string | undefined
}

/** Options of `Client.shell`: the terminal, and what the shell gets along. */
export interface ShellOptions extends PtyOptions, ProcessOptions {
  /** `false` for a shell without a terminal. */
  readonly pty?: boolean | undefined
}

/** What is started, and how. */
export interface Start extends ProcessOptions {
  readonly pty?: PtyOptions | undefined
  /** A server that gives no terminal is not the end of it. */
  readonly ptyOptional?: boolean
  readonly begin: (channel: Channel) => number
}

/** Where it is started. */
export interface Place {
  readonly session: Session
  readonly roundTrip: RoundTrip
  readonly open: (signal: AbortSignal | undefined) => Promise<Channel>
}

/** How a command is started. @throws TypeError for what cannot be a command. */
export function execStart(command: string, { pty = false, cwd, ...options }: ExecOptions): Start {
  if (typeof command !== 'string') throw new TypeError(`a command must be a string${Array.isArray(command) ? ': sh`…` makes one of words' : ''}`)
  const line = inDirectory(cwd) + command
  return { ...options, pty: pty === true ? {} : pty || undefined, begin: (channel) => channel.execute(line) }
}

/** `ssh` goes on without a terminal too, where the server gives none. */
export function shellStart({ signal, env, ignoreRefusedEnv, agentForwarding, x11, pty = true, ...terminal }: ShellOptions): Start {
  return { signal, env, ignoreRefusedEnv, agentForwarding, x11, pty: pty ? terminal : undefined, ptyOptional: true, begin: (channel) => channel.shell() }
}

/** A relative path is made one that neither an option of `cd` nor `CDPATH` can be. */
function inDirectory(cwd: string | undefined): string {
  if (cwd === undefined) return ''
  if (typeof cwd !== 'string' || cwd === '') throw new TypeError('cwd must be a path on the server')
  return `cd ${quoted(cwd.startsWith('/') ? cwd : `./${cwd}`)} || exit; `
}

/** Opens a channel and prepares it; what fails on the way closes it. */
export async function startProcess({ session, roundTrip, open }: Place, { signal, env = {}, ignoreRefusedEnv, pty, ptyOptional, agentForwarding, x11, begin }: Start): Promise<Process> {
  checkEnv(env)
  const channel = await open(signal)
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
    // The output would wait behind the answer, and the end behind the output.
    if (!terminal) {
      acknowledge(session)
      void acknowledgeNext(session)
    }
    const process = new Process(channel, { roundTrip, terminal, signal })
    void process.closed.then(stop)
    return process
  } catch (error) {
    stop()
    channel[Symbol.dispose]()
    throw error
  }
}

/** All go out at once; their replies come in the same order. */
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

/** Lets a refusal pass, if it may. */
function passing(session: Session, may: boolean | undefined) {
  return (error: unknown): false => {
    if (!may || session.failure || !(error instanceof ChannelError || error instanceof SSHError)) throw error
    return false
  }
}

function checkEnv(env: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(env)) if (typeof value !== 'string') throw new TypeError(`env.${name} must be a string`)
}
