import { getSystemErrorMap } from 'node:util'
import { SSHError } from '../../errors/ssh-error.ts'
import { reasonOf } from '../../errors/reason-of.ts'
import type { SshConfig } from '../../openssh/config/ssh-config.ts'
import { MuxClient } from '../../openssh/control/mux-client.ts'
import { wantedForwards } from '../../openssh/forward/tunnels.ts'
import { visible } from '../terminal/visible.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { ControlCommand } from './arguments.ts'
import { controlPathOf } from './control-path.ts'

/** `-O`: asks the master at the ControlPath. @returns the exit code. @throws SSHError `ERR_CONTROL_SOCKET` */
export async function runControlCommand(command: Exclude<ControlCommand, 'proxy'>, config: SshConfig, terminal: Terminal): Promise<number> {
  const mux = await connectMaster(config)
  try {
    if (command === 'check') tellDirectly(`Master running (pid=${await mux.alive()})`)
    else if (command === 'exit') {
      await mux.exit()
      tellDirectly('Exit request sent.')
    } else if (command === 'stop') {
      await mux.stop()
      tellDirectly('Stop listening request sent.')
    } else if (command === 'conninfo' || command === 'channels') {
      const text = await mux.info(command === 'conninfo' ? 'connection' : 'channels')
      process.stdout.write(visible(text.replaceAll('\r\n', '\n')).replaceAll('\n', '\r\n'))
    } else await changeForwards(command, mux, config, terminal)
    return 0
  } finally {
    mux.close()
  }
}

/** @throws SSHError `ERR_CONTROL_SOCKET` if there is no master */
export async function connectMaster(config: SshConfig): Promise<MuxClient> {
  const path = controlPathOf(config)
  if (path === undefined) throw new SSHError('No ControlPath specified for "-O" command', { code: 'ERR_CONTROL_SOCKET' })
  const mux = await MuxClient.connect(path)
  if ('error' in mux) throw new SSHError(`Control socket connect(${path}): ${systemText(mux.error)}`, { code: 'ERR_CONTROL_SOCKET', cause: mux.error })
  return mux
}

/** In the system's words, as programs that call `ssh -O check` know them. */
function systemText(error: NodeJS.ErrnoException): string {
  const text = getSystemErrorMap().get(error.errno ?? 0)?.[1]
  return text === undefined ? reasonOf(error) : text[0]!.toUpperCase() + text.slice(1)
}

/** All are tried; one that fails is told. */
async function changeForwards(command: 'forward' | 'cancel', mux: MuxClient, config: SshConfig, terminal: Terminal): Promise<void> {
  let failed = false
  for (const [direction, forward] of wantedForwards(config)) {
    try {
      const port = command === 'forward' ? await mux.open(direction, forward) : void await mux.cancel(direction, forward)
      if (port !== undefined) process.stdout.write(`${port}\n`)
    } catch (error) {
      failed = true
      terminal.tell(`mux_client_forward: forwarding request failed: ${reasonOf(error)}`, 'ERROR')
    }
  }
  if (failed) throw new SSHError(`master ${command === 'cancel' ? 'cancel ' : ''}forward request failed`, { code: 'ERR_CONTROL_SOCKET' })
}

/** The answer to a question is not a message of some importance: `-q` does not silence it. */
function tellDirectly(text: string): void {
  process.stderr.write(`${text}\r\n`)
}
