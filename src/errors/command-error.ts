import { SSHError, type SSHErrorOptions } from './ssh-error.ts'

export interface CommandErrorOptions extends SSHErrorOptions {
  /** How the command ended; `undefined` if this side ended it. */
  readonly exit: { readonly code: number | null, readonly signal: string | null } | undefined
  readonly stdout: string
  readonly stderr: string
}

/**
 * `run` did not end as its options require: `ERR_COMMAND_FAILED` (`check`), `ERR_COMMAND_TIMEOUT` (`timeout`), `ERR_COMMAND_MAX_BUFFER`
 * (`maxBuffer`). It has the command's output so far.
 */
export class CommandError extends SSHError {
  override name = 'CommandError'
  readonly exit: CommandErrorOptions['exit']
  readonly stdout: string
  readonly stderr: string

  constructor(message: string, options: CommandErrorOptions) {
    super(message, options)
    this.exit = options.exit
    this.stdout = options.stdout
    this.stderr = options.stderr
  }
}
