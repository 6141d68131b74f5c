import { reasonOf } from '../../errors/reason-of.ts'
import type { Connection } from '../../openssh/connect/connection.ts'
import { Master } from '../../openssh/control/master.ts'
import type { Tunnels } from '../../openssh/forward/tunnels.ts'
import { runAskpass } from '../terminal/askpass.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { backgroundRole } from './background.ts'

/** A connection that is kept for others to share. */
export interface Sharing {
  /** Resolves when `-O exit` has come. */
  readonly exit: Promise<void>
  /** Resolves when nobody uses the connection any more, and nobody else can: after `-O stop`, or the time of ControlPersist. */
  readonly unused: Promise<void>
  /** Takes no more programs, and resolves when none is left. */
  finish(): Promise<void>
  close(): void
}

/** Makes this connection's master. Undefined, with a message, if that is not possible: the connection is not shared then. */
export async function share(path: string, { client, config, socket, begun }: Connection, tunnels: Tunnels, terminal: Terminal): Promise<Sharing | undefined> {
  let exit = () => {}, unused = () => {}
  const exited = new Promise<void>((resolve) => { exit = resolve }), over = new Promise<void>((resolve) => { unused = resolve })
  let timer: NodeJS.Timeout | undefined, failed = false
  const look = (waited: boolean) => {
    clearTimeout(timer)
    timer = undefined
    if (!master || master.sessions > 0) return
    const busy = tunnels.open.some(({ forwarding }) => forwarding.connections > 0)
    if (!busy && (waited || !master.listening)) return unused()
    // Connections of forwardings come and go without a word.
    const wait = !master.listening ? 1 : typeof config.controlPersist === 'number' ? config.controlPersist : 0
    if (wait > 0) timer = setTimeout(look, wait * 1000, master.listening)
  }
  const confirm = /ask/.test(config.controlMaster) ? askUser : undefined
  const master: Master | undefined = await Master.listen(path, { client, config, socket, begun, tunnels, person: terminal, confirm }, { exit, changed: () => look(false) }).catch((error: unknown) => {
    terminal.tell(`${path}: ${reasonOf(error)}: the connection is not shared`, 'ERROR')
    failed = true
    return undefined
  })
  if (!master) {
    if (!failed) terminal.tell(`ControlSocket ${path} already exists, disabling multiplexing`, 'ERROR')
    return undefined
  }
  const stop = () => master.stop()
  const killed = (signal: NodeJS.Signals) => {
    stop()
    process.kill(process.pid, signal)
  }
  // A background process takes no notice of the others.
  const signals: readonly NodeJS.Signals[] = backgroundRole() ? ['SIGTERM'] : ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT']
  process.once('exit', stop)
  for (const signal of signals) process.once(signal, killed)
  const close = () => {
    clearTimeout(timer)
    master.close()
    process.off('exit', stop)
    for (const signal of signals) process.off(signal, killed)
  }
  void client.closed.then(close)
  look(false)
  return { exit: exited, unused: over, finish: () => Promise.race([master.finish(), exited]), close }
}

/** `ControlMaster ask`: whoever has asked does so through SSH_ASKPASS, since the terminal is somebody's session; without it the answer is no. */
async function askUser(question: string): Promise<boolean> {
  const program = process.env['SSH_ASKPASS']
  if (!program) return false
  const answer = await runAskpass(program, question, true)
  return answer !== undefined && (answer === '' || /^y(es)?$/i.test(answer))
}
