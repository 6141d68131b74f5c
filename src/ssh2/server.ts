import { clientError } from './client/errors.ts'

/** The server of `ssh2`, which this library does not have. */
export class Server {
  /** @throws Error `ERR_SSH2_NO_SERVER` always */
  constructor(..._options: unknown[]) {
    throw clientError('There is no SSH server in this package: it is a client. Take the one of the package ssh2', { code: 'ERR_SSH2_NO_SERVER' })
  }
}
