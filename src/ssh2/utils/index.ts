import { flagsToString, OPEN_MODE, type OpenMode, STATUS_CODE, stringToFlags } from '../sftp/protocol.ts'
import { generateKeyPair, generateKeyPairSync, type KeyPairCallback, type KeyPairOptions, type KeyPairReturn, type KeySettings } from './generate-key-pair.ts'
import { parseKey } from './parse-key.ts'
import type { ParsedKey } from './parsed-key.ts'

/** SFTP's numbers, and the flags for opening files. */
export interface SftpUtils {
  readonly STATUS_CODE: {
    readonly OK: 0, readonly EOF: 1, readonly NO_SUCH_FILE: 2, readonly PERMISSION_DENIED: 3, readonly FAILURE: 4, readonly BAD_MESSAGE: 5
    readonly NO_CONNECTION: 6, readonly CONNECTION_LOST: 7, readonly OP_UNSUPPORTED: 8
  }
  readonly OPEN_MODE: { readonly READ: 1, readonly WRITE: 2, readonly APPEND: 4, readonly CREAT: 8, readonly TRUNC: 16, readonly EXCL: 32 }
  /** The bits for Node's name (`w+`); `null` for an unknown name. */
  stringToFlags(text: string): number | null
  /** The first name of these bits; `null` if they have none. */
  flagsToString(flags: number): OpenMode | null
}

/** The content of `utils`: synchronous key functions, and SFTP's numbers. */
export interface Utils {
  /** Reads a key synchronously. @returns the key, or an Error, which is not thrown */
  parseKey(data: Buffer | string | ParsedKey, passphrase?: Buffer | string | null): ParsedKey | Error
  /** Makes a new key in the background. @throws TypeError, RangeError, Error for invalid options, synchronously */
  generateKeyPair<K extends keyof KeySettings>(keyType: K, options: KeySettings[K] & KeyPairOptions, callback?: KeyPairCallback): void
  generateKeyPair(keyType: 'ed25519', callback?: KeyPairCallback): void
  /** Makes a new key synchronously. @throws TypeError, RangeError, Error for invalid options */
  generateKeyPairSync<K extends keyof KeySettings>(keyType: K, options: KeySettings[K] & KeyPairOptions): KeyPairReturn
  generateKeyPairSync(keyType: 'ed25519', options?: KeyPairOptions): KeyPairReturn
  readonly sftp: SftpUtils
}

/** Synchronous key functions, and SFTP's numbers. */
export const utils: Utils = { parseKey, generateKeyPair, generateKeyPairSync, sftp: { STATUS_CODE, OPEN_MODE, stringToFlags, flagsToString } }
