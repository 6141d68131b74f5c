import { reasonOf } from '../../errors/reason-of.ts'
import { SftpError } from '../../errors/ssh-error.ts'
import { systemWords } from '../system-words.ts'

/** What scp(1) and sftp(1) call the statuses of the protocol, by number. */
const STATUSES = ['No error', 'End of file', 'No such file or directory', 'Permission denied', 'Failure', 'Bad message', 'No connection', 'Connection lost', 'Operation unsupported']

/** Why the server refused, in the words of scp(1) and sftp(1); undefined for other errors. */
export function refusalWords(error: unknown): string | undefined {
  return error instanceof SftpError ? STATUSES[error.status] ?? 'Unknown status' : undefined
}

/** Why the local system refused; undefined for other errors. */
export function localWords(error: unknown): string | undefined {
  return systemWords((error as NodeJS.ErrnoException | undefined)?.code)
}

/** The failure of one file, in the words of scp(1) and sftp(1). @param to the end that is written to */
export function failureWords(error: unknown, local: string, remote: string, to: 'local' | 'remote'): string {
  const refused = refusalWords(error), here = localWords(error)
  if (refused !== undefined && error instanceof SftpError) return `${operationOf(error.operation, to)} "${remote}": ${refused}`
  if (here === undefined) return `${to === 'local' ? remote : local}: ${reasonOf(error)}`
  const { syscall } = error as NodeJS.ErrnoException
  return `${syscall === 'read' || syscall === 'write' ? syscall : 'open'} local "${local}": ${here}`
}

function operationOf(operation: string | undefined, to: 'local' | 'remote'): string {
  if (operation === 'open') return to === 'remote' ? 'dest open' : 'remote open'
  return operation === 'read' || operation === 'write' ? `${operation} remote` : `remote ${operation ?? 'copy'}`
}
