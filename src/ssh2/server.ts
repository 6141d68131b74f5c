import { clientError } from './client/errors.ts'

/** The server of `ssh2`, which this library does not have. */
export class Server {
  /** @throws Error `ERR_SSH2_NO_SERVER` always */
  constructor(..._options: unknown[]) {
    throw clientError('This package has no SSH server, only a client. Use the server of the package ssh2', { code: 'ERR_SSH2_NO_SERVER' })
  }
}
