import type { Session } from '../../bindings/session/session.ts'
import { AuthenticationError } from '../../errors/ssh-error.ts'
import type { Link } from './link.ts'
import { clientError } from './errors.ts'

/** Logs in. @throws ClientError `All configured authentication methods failed` */
export async function authenticate({ settings }: Link, session: Session): Promise<void> {
  const { username, password, privateKey, passphrase } = settings
  try {
    if (privateKey !== undefined) await session.complete(() => session.userauthPublickeyFromMemory(username, privateKey, passphrase))
    else await session.complete(() => session.userauthPassword(username, password ?? ''))
  } catch (error) {
    throw error instanceof AuthenticationError ? clientError('All configured authentication methods failed', { level: 'client-authentication' }, error) : error
  }
}
