import type { Channel, Exit } from '../../bindings/channel/channel.ts'
import type { Session } from '../../bindings/session/session.ts'
import { ChannelError, SftpError } from '../../errors/ssh-error.ts'
import { LIBSSH2_FX_CONNECTION_LOST } from '../../ffi/constants.gen.ts'
import { SftpConnection } from '../../sftp/protocol/connection.ts'
import { askLimits } from '../../sftp/protocol/limits.ts'
import { SftpRequests } from '../../sftp/protocol/requests.ts'
import { SftpShared } from '../../sftp/transfer/shared.ts'
import { TransferBudget } from '../../sftp/transfer/window.ts'
import { clientError, openFailure } from '../client/errors.ts'
import type { Link } from '../client/link.ts'
import { exitArguments, withoutNumber } from './channel.ts'
import { SFTPWrapper } from './wrapper.ts'

/**
 * Opens the SFTP subsystem of a connection.
 * @param env variables to request before it starts; a refusal is not waited for
 * @throws Error `(SSH) Channel open failure: …`, `Unable to start subsystem: sftp`, or with the `code` and `signal` of a program that ended
 * instead of sending a greeting
 */
export async function openSftp(link: Link, session: Session, env?: NodeJS.ProcessEnv): Promise<SFTPWrapper> {
  const channel = await SftpConnection.openChannel(session).catch((error: unknown) => { throw session.failure ? error : openFailure(error) })
  let sftp: SFTPWrapper | undefined
  let over: { readonly exit: Exit | undefined } | undefined
  const ended = (failure: unknown, exit: Exit | undefined) => {
    over = { exit }
    sftp?.ended(failure, exit)
  }
  try {
    await setVariables(channel, env)
    const requests = new SftpRequests(await SftpConnection.on(channel, { ended }))
    const files = new SftpShared(requests, await askLimits(requests, undefined), new TransferBudget())
    sftp = new SFTPWrapper(link, files)
  } catch (error) {
    channel[Symbol.dispose]()
    throw session.failure ? error : whyNot(error, over?.exit)
  }
  // If it ended meanwhile, the listeners from now on are told.
  if (over) sftp.ended(sftp.failure, over.exit)
  sftp.emit('ready')
  return sftp
}

async function setVariables(channel: Channel, env: NodeJS.ProcessEnv | undefined): Promise<void> {
  for (const [name, value] of Object.entries(env ?? {})) {
    if (value !== undefined) await channel.session.complete(() => channel.setenvNoReply(name, String(value)))
  }
}

function whyNot(error: unknown, exit: Exit | undefined): Error {
  if (error instanceof ChannelError) return clientError('Unable to start subsystem: sftp', {}, error)
  if (!(error instanceof SftpError)) return error instanceof Error ? error : new Error(String(error))
  if (error.status !== LIBSSH2_FX_CONNECTION_LOST) return clientError(withoutNumber(error), { level: 'sftp-protocol' }, error)
  const [code, signal] = exitArguments(exit) as [code?: number | null, signal?: string]
  const what = typeof code === 'number' ? `Received exit code ${code} while establishing SFTP session`
    : signal !== undefined ? `Received signal ${signal} while establishing SFTP session` : 'Received unexpected SFTP session termination'
  return Object.assign(clientError(what, {}, error), { code, signal })
}
