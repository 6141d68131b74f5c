import { spawn } from 'node:child_process'
import { Duplex, type Readable, type Writable } from 'node:stream'
import type { Transport } from '../../runtime/transport.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { fromDuplex } from '../../transports/node/socket.ts'

/** Runs a ProxyCommand with the user's shell and talks to its standard input and output; `-` means this process's own. The command gets SIGHUP when the connection ends. */
export function runProxyCommand(command: string): Transport {
  if (command === '-') return fromDuplex(joined(process.stdin, process.stdout, () => {}))
  const child = process.platform === 'win32'
    ? spawn(command, { shell: true, stdio: ['pipe', 'pipe', 'inherit'] })
    : spawn(process.env['SHELL'] || '/bin/sh', ['-c', `exec ${command}`], { stdio: ['pipe', 'pipe', 'inherit'] })
  const duplex = joined(child.stdout, child.stdin, () => child.kill('SIGHUP'))
  child.on('error', (cause) => duplex.destroy(new SSHError(`the ProxyCommand cannot be run: ${cause.message}`, { code: 'ERR_PROXY_COMMAND', cause })))
  return fromDuplex(duplex)
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
