import { shownPath } from '../../errors/sftp-refusal.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { equalBytes } from '../../wire-format/bytes.ts'

/** Bytes at the end of the destination that are compared: if an interrupted transfer left wrong data, it is at the end. */
const COMPARED = 1 << 20

type Part = (start: number, end: number) => Promise<Uint8Array>

/** @throws SSHError `ERR_SFTP_RESUME_MISMATCH` unless the destination's `size` bytes end as the source does at that place. */
export async function checkResumable(path: string, size: number, there: Part, source: Part): Promise<void> {
  if (size === 0) return
  const start = Math.max(0, size - COMPARED)
  const [has, should] = await Promise.all([there(start, size), source(start, size)])
  if (equalBytes(has, should)) return
  const what = should.length < has.length ? 'is longer than the source' : 'is not the beginning of the source'
  throw new SSHError(`${shownPath(path)} cannot be resumed: the existing file ${what}`, { code: 'ERR_SFTP_RESUME_MISMATCH' })
}
