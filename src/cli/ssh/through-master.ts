import { reasonOf } from '../../errors/reason-of.ts'
import type { ExecOptions, ProcessOptions, ShellOptions } from '../../client/start-process.ts'
import type { SshConfig } from '../../openssh/config/ssh-config.ts'
import { removeStale } from '../../openssh/control/control-socket.ts'
import { MuxClient } from '../../openssh/control/mux-client.ts'
import type { Proxied, ProxiedStart } from '../../openssh/control/proxied.ts'
import type { ForwardEnd } from '../../openssh/forward-spec.ts'
import { endText, wantedForwards } from '../../openssh/forward/tunnels.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { tellForeground } from './background.ts'
import { type Programs, runSession } from './session.ts'
import { relayStdio } from './stdio-forward.ts'
import type { EscapeAction } from './escapes.ts'
import type { LocalTerminal } from './local-terminal.ts'

export interface ThroughMaster {
  readonly config: SshConfig
  readonly command: string
  readonly terminal: Terminal
  /** `-W` */
  readonly stdioForward: ForwardEnd | undefined
}

/** Connects to the master at a path; undefined, with a message, if none is there. A socket that a master has left is removed where one is to be made. */
export async function findMaster(path: string, { controlMaster }: Pick<SshConfig, 'controlMaster'>, terminal: Terminal): Promise<MuxClient | undefined> {
  try {
    const mux = await MuxClient.connect(path)
    if (!('error' in mux)) return mux
    const { code } = mux.error
    if (code === 'ENOENT') terminal.tell(`Control socket "${path}" does not exist`, 'DEBUG')
    else if (code === 'ECONNREFUSED' && controlMaster !== 'no') {
      terminal.tell(`Stale control socket ${path}, unlinking`, 'DEBUG')
      removeStale(path)
    } else terminal.tell(`Control socket connect(${path}): ${reasonOf(mux.error)}`, 'ERROR')
  } catch (error) {
    terminal.tell(`Control socket ${path}: ${reasonOf(error)}`, 'ERROR')
  }
  return undefined
}

/** Runs all over the connection of a master. @returns the exit code; undefined, with a message, if the master refuses: a connection of its own is needed then */
export async function runThroughMaster(mux: MuxClient, { config, command, terminal, stdioForward }: ThroughMaster): Promise<number | undefined> {
  let proxied: Proxied
  try {
    for (const [direction, forward] of wantedForwards(config)) {
      const port = await mux.open(direction, forward)
      if (port !== undefined) terminal.tell(`Allocated port ${port} for remote forward${forward.connect ? ` to ${endText(forward.connect)}` : ''}`)
    }
    if (config.sessionType === 'none' && !stdioForward) {
      tellForeground()
      await mux.closed
      return 0
    }
    proxied = await mux.proxy()
  } catch (error) {
    terminal.tell(`Master refused session request: ${reasonOf(error)}`, 'ERROR')
    mux.close()
    return undefined
  }
  try {
    tellForeground()
    if (stdioForward) {
      const { stdout, stdin } = await proxied.stream(stdioForward)
      return await relayStdio({ readable: stdout, writable: stdin as WritableStream<Uint8Array> })
    }
    const left = new AbortController()
    const disconnected = new Promise<{ readonly code: number, readonly withTerminal: boolean }>((resolve) => { left.signal.addEventListener('abort', () => resolve({ code: 255, withTerminal: true })) })
    const session = runSession({ client: programsOf(proxied), config, command, terminal, escapes: (local) => (action) => escape(action, local, config, () => left.abort()) })
    const { code, withTerminal } = await Promise.race([session, disconnected])
    if (left.signal.aborted) {
      proxied.close()
      await session.catch(() => {})
    }
    if (withTerminal) terminal.tell(`Shared connection to ${config.hostName} closed.`)
    return code
  } finally {
    proxied.close()
  }
}

/** A master's connection in the shape of a client. */
function programsOf(proxied: Proxied): Programs {
  return {
    exec: (command, options) => proxied.exec(command, startOf(options, terminalOf(options))),
    shell: (options) => proxied.shell(startOf(options, options.pty === false ? undefined : options)),
    subsystem: (name, options) => proxied.subsystem(name, startOf(options, undefined)),
  }
}

const terminalOf = ({ pty }: ExecOptions) => typeof pty === 'object' ? pty : undefined

function startOf(options: ProcessOptions, pty: ShellOptions | ProxiedStart['pty']): ProxiedStart {
  return {
    env: options.env ?? {}, agentForwarding: options.agentForwarding !== undefined, x11: options.x11 !== undefined,
    pty: pty && { term: pty.term ?? 'vt100', columns: pty.columns ?? 80, rows: pty.rows ?? 24 },
  }
}

/** What a session over a master can do: the connection is the master's. */
async function escape(action: EscapeAction, local: LocalTerminal, { escapeChar }: SshConfig, end: () => void): Promise<void> {
  const name = escapeChar === undefined ? '' : String.fromCharCode(escapeChar)
  if (action === 'disconnect') {
    process.stderr.write(`${name}.\r\n`)
    end()
  } else if (action === 'suspend') {
    process.stderr.write(`${name}^Z [suspend ssh]\r\n`)
    await local.suspend()
  } else process.stderr.write(`${name} escape not available to multiplexed sessions\r\n`)
}
