import { KeyError } from '../errors/ssh-error.ts'
import { WireFormatError } from '../wire-format/wire-format-error.ts'

/** The bytes or the text are not a key of the format that they claim. */
export const malformed = (what: string, cause?: unknown) => new KeyError(what, { code: 'ERR_KEY_FORMAT', cause })
/** A well-formed key of an unsupported kind, cipher or size. */
export const unsupported = (what: string, cause?: unknown) => new KeyError(what, { code: 'ERR_KEY_UNSUPPORTED', cause })
/** Opening the key would take more time or memory than any honest key needs. */
export const overLimit = (what: string) => new KeyError(what, { code: 'ERR_KEY_LIMIT' })
export const passphraseRequired = () => new KeyError('the key is encrypted: a passphrase is needed', { code: 'ERR_KEY_PASSPHRASE_REQUIRED' })
export const passphraseWrong = () => new KeyError('the passphrase is wrong, or the key is damaged', { code: 'ERR_KEY_PASSPHRASE_WRONG' })

/** DSA keys have a length that is no longer safe, and no current server accepts them. */
export const isDsa = () => unsupported('this is a DSA key (ssh-dss), which is too weak: make a new one with ssh-keygen -t ed25519')

/** Runs a parser: errors of its readers about damaged bytes become a `KeyError` that names `what`. Other errors pass. */
export function asKeyError<T>(what: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof WireFormatError) throw malformed(`damaged ${what}: ${error.message}`)
    throw error
  }
}
