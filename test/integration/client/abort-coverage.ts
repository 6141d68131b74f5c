import { modules } from '../../../scripts/build/entries.mjs'
import { signaturesOf } from '../../misuse/signatures.ts'

const BEFORE_A_SESSION = 'makes a transport, before there is a session; a test beside the table aborts it'
const ASKS_NO_SERVER = 'needs no answer of a server'
const OF_THE_CALLER = 'an interface that callers implement; the library passes the signal to it'
const NOT_OPENSSH = 'needs check-file, which OpenSSH does not have: without it nothing is sent'

/** Public calls that take a signal and cannot stand in docs/aborts.md, and why. */
export const NOT_IN_TABLE: Readonly<Record<string, string>> = {
  'AuthMethod.authenticate': OF_THE_CALLER,
  'Credentials.get': OF_THE_CALLER,
  'Session.wait': 'any byte of the server ends it, so its result depends on what else the session does; `test/unit/core/driver.test.ts` aborts it',
  'SftpClient.checkFile': NOT_OPENSSH,
  'SftpFile.check': NOT_OPENSSH,
  connectTcp: 'makes a transport, before there is a session; `test/unit/transports/connect-error.test.ts` aborts it',
  connectUnix: BEFORE_A_SESSION,
  connectWebSocket: BEFORE_A_SESSION,
  connectGateway: BEFORE_A_SESSION,
  connectWebTransport: 'exists only in browsers',
  forwardLocal: `listens here and ${ASKS_NO_SERVER}`,
  forwardDynamic: `listens here and ${ASKS_NO_SERVER}`,
  resolveHost: `reads ssh_config and ${ASKS_NO_SERVER}`,
}

/** Whose methods the first words of the table's rows are. */
const OWNERS: Readonly<Record<string, string>> = { client: 'Client', session: 'Session', sftp: 'SftpClient', file: 'SftpFile', listener: 'PortListener' }

/** The public call that a row of the table is about; `undefined` for a row about a stream or a property. */
export function callOf(row: string): string | undefined {
  const [, owner, method] = /(?:^|\s)(\w+)\.(\w+)(?:\(\))?(?:,.*)?$/.exec(row) ?? []
  if (owner === undefined) return /^\w+$/.test(row) ? row : undefined
  return OWNERS[owner] && `${OWNERS[owner]}.${method}`
}

/** Every public call that is waited for and takes an AbortSignal, of the entries of the library's own shape (`ssh2` has no signals). */
export function abortableCalls(): string[] {
  const entries = modules.map(({ entry }) => entry).filter((entry) => entry !== 'ssh2')
  return signaturesOf(entries).filter(({ asynchronous, abortable }) => asynchronous && abortable).map(({ name }) => name)
}
