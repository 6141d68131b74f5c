import { flagsToString, OPEN_MODE, STATUS_CODE, stringToFlags } from '../sftp/protocol.ts'
import { generateKeyPair, generateKeyPairSync, type KeyPairCallback, type KeyPairOptions, type KeyPairReturn, type KeySettings } from './generate-key-pair.ts'
import { parseKey } from './parse-key.ts'
import type { ParsedKey } from './parsed-key.ts'

/** Numbers of SFTP, and the flags that files are opened with. */
export interface SftpUtils {
  readonly STATUS_CODE: {
    readonly OK: 0, readonly EOF: 1, readonly NO_SUCH_FILE: 2, readonly PERMISSION_DENIED: 3, readonly FAILURE: 4, readonly BAD_MESSAGE: 5
    readonly NO_CONNECTION: 6, readonly CONNECTION_LOST: 7, readonly OP_UNSUPPORTED: 8
  }
  readonly OPEN_MODE: { readonly READ: 1, readonly WRITE: 2, readonly APPEND: 4, readonly CREAT: 8, readonly TRUNC: 16, readonly EXCL: 32 }
  /** The bits of a name as Node has them (`w+`); `null` for one that is none. */
  stringToFlags(text: string): number | null
  /** The first name of these bits; `null` if they have none. */
  flagsToString(flags: number): string | null
}

/** What `utils` has: keys at once, and the numbers of SFTP. */
export interface Utils {
  /** Reads a key at once. @returns the key, or an Error, which is not thrown */
  parseKey(data: Buffer | string | ParsedKey, passphrase?: Buffer | string | null): ParsedKey | Error
  /** Makes a new key in the background. @throws TypeError, RangeError, Error for what cannot be meant, at once */
  generateKeyPair<K extends keyof KeySettings>(keyType: K, options: KeySettings[K] & KeyPairOptions, callback?: KeyPairCallback): void
  generateKeyPair(keyType: 'ed25519', callback?: KeyPairCallback): void
  /** Makes a new key at once. @throws TypeError, RangeError, Error for what cannot be meant */
  generateKeyPairSync<K extends keyof KeySettings>(keyType: K, options: KeySettings[K] & KeyPairOptions): KeyPairReturn
  generateKeyPairSync(keyType: 'ed25519', options?: KeyPairOptions): KeyPairReturn
  readonly sftp: SftpUtils
}

/** Keys at once, and the numbers of SFTP. */
export const utils: Utils = { parseKey, generateKeyPair, generateKeyPairSync, sftp: { STATUS_CODE, OPEN_MODE, stringToFlags, flagsToString } }
