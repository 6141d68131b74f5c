import { record } from '../../errors/arguments.ts'
import { wholeNumber } from '../../bindings/arguments.ts'
import { pathText, type SftpPath } from '../../bindings/sftp/context.ts'
import type { CallOptions } from '../../abort/call-options.ts'
import { sftpRefusal } from '../../errors/sftp-refusal.ts'
import { LIBSSH2_FX_BAD_MESSAGE } from '../../ffi/constants.gen.ts'
import { WireReader } from '../../wire-format/reader.ts'
import type { WireWriter } from '../../wire-format/writer.ts'
import type { SftpRequests } from './requests.ts'

/** Length in bytes of each hash that draft-ietf-secsh-filexfer-extensions-00 section 3 names. */
const HASHES: Readonly<Record<SftpHashName, number>> = { sha512: 64, sha384: 48, sha256: 32, sha224: 28, sha1: 20, md5: 16 }

/** Hashes that a server may be asked for. */
export type SftpHashName = 'sha512' | 'sha384' | 'sha256' | 'sha224' | 'sha1' | 'md5'

export interface CheckFileOptions extends CallOptions {
  /** Hashes that the caller accepts, preferred first: `['sha256', 'sha512', 'sha1', 'md5']` by default. The server chooses the first that it has. */
  readonly algorithms?: readonly SftpHashName[] | undefined
  /** Offset of the first byte; 0 by default. */
  readonly start?: number | undefined
  /** Bytes to hash: 0, the default, means up to the end of the file. */
  readonly length?: number | undefined
  /** Bytes of each block that gets its own hash, at least 256: 0, the default, means one hash of everything. */
  readonly blockSize?: number | undefined
}

export interface SftpFileHash {
  /** The hash that the server has chosen. */
  readonly algorithm: SftpHashName
  /** One hash, or one for each block. */
  readonly hashes: readonly Uint8Array[]
}

const DEFAULT: readonly SftpHashName[] = ['sha256', 'sha512', 'sha1', 'md5']

/**
 * The extension's own name. Servers that have it announce it only to clients of SFTP 5 and 6 (ProFTPD), or inside `supported2` (Apache MINA
 * SSHD), so the client asks for it in any case.
 */
const EXTENSION = 'check-file'

/**
 * Asks the server to hash a file. @param name `check-file-name` or `check-file-handle`. @param target path or handle.
 * @throws SftpError (OP_UNSUPPORTED) if the server has no such request.
 */
export function checkFile(requests: SftpRequests, name: 'check-file-name' | 'check-file-handle', target: Uint8Array | string, about: SftpPath, options: CheckFileOptions): Promise<SftpFileHash> {
  const { algorithms = DEFAULT, start = 0, length = 0, blockSize = 0, signal } = record(options, 'options')
  if (!Array.isArray(algorithms)) throw new TypeError('algorithms must be an array of names')
  for (const algorithm of algorithms) if (!Object.hasOwn(HASHES, algorithm)) throw new TypeError('algorithms must be names of hashes, as sha256')
  if (algorithms.length === 0) throw new TypeError('algorithms must name a hash')
  const [from, many] = [start, length].map((value, at) => BigInt(wholeNumber(value, at === 0 ? 'start' : 'length', 0, Number.MAX_SAFE_INTEGER))) as [bigint, bigint]
  if (wholeNumber(blockSize, 'blockSize', 0, 0xffff_ffff) > 0 && blockSize < 256) throw new RangeError('blockSize must be 0, or 256 at least')
  const ask = (writer: WireWriter) => writer.string(target).string(algorithms.join(',')).uint64(from).uint64(many).uint32(blockSize)
  return requests.extendedReply(name, about, ask, (body) => readHashes(body, algorithms, blockSize, name, about), signal, false)
}

/** The name of the hash, then the bytes of all hashes. Apache MINA SSHD puts the extension's name in front, and a length before each hash. */
function readHashes(body: WireReader, wanted: readonly SftpHashName[], blockSize: number, operation: string, about: SftpPath): SftpFileHash {
  const damaged = (said: string) => sftpRefusal(LIBSSH2_FX_BAD_MESSAGE, pathText(about), { operation, said })
  let algorithm = body.text()
  if (algorithm === EXTENSION) algorithm = body.text()
  if (!wanted.includes(algorithm as SftpHashName)) throw damaged('a hash that was not requested')
  const hashSize = HASHES[algorithm as SftpHashName]
  const bytes = body.rest()
  const hashes = withLengths(bytes, hashSize) ?? split(bytes, hashSize)
  if (hashes === undefined || hashes.length === 0 || (blockSize === 0 && hashes.length !== 1)) throw damaged(`${bytes.length} bytes of hashes that have ${hashSize}`)
  return { algorithm: algorithm as SftpHashName, hashes }
}

function split(bytes: Uint8Array, size: number): Uint8Array[] | undefined {
  if (bytes.length % size !== 0) return undefined
  return Array.from({ length: bytes.length / size }, (_, at) => bytes.slice(at * size, (at + 1) * size))
}

/** Reads hashes that are each an SSH string. A hash begins with its own length only by a chance of one in 2^32. */
function withLengths(bytes: Uint8Array, hashSize: number): Uint8Array[] | undefined {
  const parts = split(bytes, hashSize + 4)
  return parts?.every((part) => new WireReader(part).uint32() === hashSize) ? parts.map((part) => part.subarray(4)) : undefined
}
