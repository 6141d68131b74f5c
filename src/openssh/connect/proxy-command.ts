import { spawn } from 'node:child_process'
import { Duplex, type Readable, type Writable } from 'node:stream'
import type { Transport } from '../../runtime/transport.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { fromDuplex } from '../../transports/node/socket.ts'
import { openPipes } from './pipes.ts'

/** Runs a ProxyCommand with the user's shell and talks to its standard input and output; `-` means this process's own. The command gets SIGHUP when the connection ends. */
export function runProxyCommand(command: string): Transport {
  if (command === '-') return fromDuplex(joined(process.stdin, process.stdout, () => {}))
  const { child, output, input } = process.platform === 'win32' ? begin(command, [], true) : begin(process.env['SHELL'] || '/bin/sh', ['-c', `exec ${command}`], false)
  const duplex = joined(output, input, () => child.kill('SIGHUP'))
  child.on('error', (cause) => duplex.destroy(new SSHError(`the ProxyCommand cannot be run: ${cause.message}`, { code: 'ERR_PROXY_COMMAND', cause })))
  return fromDuplex(duplex)
}

/** Pipes if they can be had: what Node calls pipes are sockets, for which bash reads ~/.bashrc, and sshd -i looks for a peer. */
function begin(file: string, args: readonly string[], shell: boolean) {
  const pipes = shell ? undefined : openPipes()
  if (!pipes) {
    const child = spawn(file, args, { shell, stdio: ['pipe', 'pipe', 'inherit'] })
    return { child, output: child.stdout, input: child.stdin }
  }
  const child = spawn(file, args, { stdio: [pipes.childInput, pipes.childOutput, 'inherit'] })
  pipes.given()
  return { child, output: pipes.output, input: pipes.input }
}

/** Two streams as one, which ends with the input. */
function joined(input: Readable, output: Writable, ended: () => void): Duplex {
  const duplex = new Duplex({
    read: () => { input.resume() },
    write: (chunk, encoding, done) => { output.write(chunk, encoding, (error) => { done(error ?? null) }) },
    final: (done) => { output.end(() => { done() }) },
    destroy: (error, done) => {
      input.destroy()
      output.destroy()
      ended()
      done(error)
    },
  })
  input.on('data', (chunk: Uint8Array) => { if (!duplex.push(chunk)) input.pause() })
  input.on('end', () => duplex.push(null))
  // If one side has gone, the end of the other one reports it.
  output.on('error', () => {})
  return duplex
}
