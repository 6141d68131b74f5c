/// Errors as the caller may see them: class, code and a fixed text. Messages of errors can contain the host, the user and fingerprints.
import { AuthenticationError, ChannelError, CommandError, ConnectError, DisconnectError, HostKeyError, KeyError, SftpError, SSHError } from 'libssh2-wasm'

export interface Problem {
  /** Of HTTP. */
  readonly status: number
  readonly name: string
  readonly code: string
  readonly message: string
}

export function problem(error: unknown): Problem {
  const name = error instanceof Error ? error.name : 'Error'
  if (name === 'TimeoutError') return { status: 504, name, code: 'ERR_TIMEOUT', message: 'the time for the command is over' }
  if (name === 'AbortError') return { status: 499, name, code: 'ERR_ABORTED', message: 'the request was given up' }
  if (error instanceof TypeError || error instanceof SyntaxError) return { status: 500, name, code: 'ERR_CONFIGURATION', message: 'the configuration of this Worker cannot be used' }
  if (!(error instanceof SSHError)) return { status: 500, name, code: 'ERR_UNEXPECTED', message: 'the Worker failed' }
  const { code } = error
  if (error instanceof CommandError && code === 'ERR_COMMAND_TIMEOUT') return { status: 504, name, code, message: 'the time for the command is over' }
  if (error instanceof CommandError) return { status: 502, name, code, message: 'the command has written more than this Worker takes' }
  if (error instanceof ConnectError) return { status: 502, name, code, message: 'the SSH server cannot be reached' }
  if (error instanceof HostKeyError) return { status: 502, name, code, message: 'the SSH server is not the one that is known' }
  if (error instanceof AuthenticationError && error.cause instanceof KeyError) return problem(error.cause)
  if (error instanceof AuthenticationError) return { status: 502, name, code, message: 'the SSH server did not let this Worker in' }
  if (error instanceof KeyError) return { status: 500, name, code, message: 'the private key of this Worker cannot be used' }
  if (error instanceof ChannelError) return { status: 502, name, code, message: 'the SSH server did not run the command' }
  if (error instanceof SftpError) return { status: 502, name, code, message: 'the SSH server refused an operation on its files' }
  if (error instanceof DisconnectError) return { status: 502, name, code, message: 'the SSH server ended the session' }
  return { status: 502, name, code, message: 'the SSH session failed' }
}
