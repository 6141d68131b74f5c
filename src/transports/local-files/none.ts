/// Runtimes without files: the error says what to do instead.
import { SSHError } from '../../errors/ssh-error.ts'
import type { LocalFiles } from '../../runtime/local-files.ts'

function refuse(): never {
  throw new SSHError('this runtime has no local files: pass a Blob, a Uint8Array or a stream instead of a path', { code: 'ERR_NO_LOCAL_FILES' })
}

const refused = async (): Promise<never> => refuse()

export const localFiles: LocalFiles = {
  open: refused, readSmall: refuse, writeSmall: refuse, list: refused, look: refused, makeDirectory: refused, set: refused, rename: refused, remove: refused, readLink: refused, makeLink: refused,
  realPath: refused, join: refuse, inside: refuse, beside: refuse, isForeign: () => true, text: String,
}
