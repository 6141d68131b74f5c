import { record } from '../../errors/arguments.ts'
import { wholeNumber } from '../../bindings/arguments.ts'
import { sftpRefusal } from '../../errors/sftp-refusal.ts'
import { LIBSSH2_FX_BAD_MESSAGE } from '../../ffi/constants.gen.ts'
import { decodeText } from '../../wire-format/bytes.ts'
import { WireReader } from '../../wire-format/reader.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import type { SftpRequests, Signal } from './requests.ts'

const EXTENSION = 'users-groups-by-id@openssh.com'

/** Numbers of owners, as attributes have them. */
export interface SftpOwnerIds {
  readonly users?: Iterable<number> | undefined
  readonly groups?: Iterable<number> | undefined
}

/** The server's names for numbers; numbers without a name are missing. */
export interface SftpOwnerNames {
  readonly users: ReadonlyMap<number, string>
  readonly groups: ReadonlyMap<number, string>
}

/** Numbers per request: OpenSSH's packets hold some 60,000, and its server looks up each one. */
const BATCH = 1000

/** Asks for the names of users and groups (OpenSSH PROTOCOL section 4.11), each number once. @throws SftpError (OP_UNSUPPORTED) if the server does not offer that. */
export async function ownerNames(requests: SftpRequests, ids: SftpOwnerIds, signal: Signal): Promise<SftpOwnerNames> {
  const users = new Map<number, string>(), groups = new Map<number, string>()
  const [uids, gids] = [numbers(record(ids, 'ids').users, 'users'), numbers(ids.groups, 'groups')]
  for (let at = 0; at === 0 || at < Math.max(uids.length, gids.length); at += BATCH) {
    const [uid, gid] = [uids.slice(at, at + BATCH), gids.slice(at, at + BATCH)]
    await requests.extendedReply(EXTENSION, '', (writer) => writer.string(list(uid)).string(list(gid)), (body) => {
      readNames(body.string(), uid, users)
      readNames(body.string(), gid, groups)
    }, signal)
  }
  return { users, groups }
}

function numbers(ids: Iterable<number> = [], name: string): number[] {
  return [...new Set(ids)].map((id) => wholeNumber(id, name, 0, 0xffff_ffff))
}

function list(ids: readonly number[]): Uint8Array {
  return ids.reduce((writer, id) => writer.uint32(id), new WireWriter()).finish()
}

/** Names come in the order of the numbers; an empty one means no name. */
function readNames(bytes: Uint8Array, ids: readonly number[], names: Map<number, string>): void {
  const reader = new WireReader(bytes)
  for (const id of ids) {
    const name = decodeText(reader.string())
    if (name !== '') names.set(id, name)
  }
  if (reader.remaining > 0) throw sftpRefusal(LIBSSH2_FX_BAD_MESSAGE, '', { operation: EXTENSION, said: 'more names than numbers' })
}
